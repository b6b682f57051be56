"""The embedded PostgreSQL starts, goes on, survives being killed, and lets two start it at once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.conftest import remove, temporary_cluster
from todoke.kernel.postgres import Cluster, ClusterError
from todoke.kernel.postgres.handover import hand_over


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = temporary_cluster()
    yield made
    remove(made)


def _pid(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_it_is_private_checked_and_off_the_network(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        row = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('data_checksums'),"
            " pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("", "on", "UTF8", "C")
    assert [path.stat().st_mode & 0o777 for path in (cluster.folder, cluster.data, cluster.socket_folder)] == [
        0o700
    ] * 3


def test_rows_outlive_stop_and_kill(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    cluster.stop()
    assert not cluster.is_running()
    cluster.start()
    os.kill(_pid(cluster), signal.SIGKILL)
    with psycopg.connect(cluster.start()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_pid_that_now_belongs_to_another_process_does_not_stop_it(cluster: Cluster) -> None:
    cluster.start()
    pid_file = cluster.data / "postmaster.pid"
    words = pid_file.read_text().split("\n")
    cluster.stop()
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pid_file.write_text("\n".join([str(sleeper.pid), *words[1:]]))
        cluster.account.own(pid_file)
        cluster.start()
        assert cluster.is_running()
    finally:
        sleeper.kill()
        sleeper.wait()


def test_two_starts_at_once_make_one_server(cluster: Cluster) -> None:
    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(lambda _: cluster.start(), range(4)))
    assert addresses == {cluster.address()}


def test_a_long_path_with_spaces_gets_a_short_socket() -> None:
    outer = temporary_cluster()
    deep = replace(outer, folder=outer.folder / ("a folder with spaces " * 6).strip())
    try:
        assert deep.socket_folder.parent != deep.folder
        with psycopg.connect(deep.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert deep.socket_folder.stat().st_mode & 0o777 == 0o700
    finally:
        deep.destroy()
        remove(outer)
    assert not deep.socket_folder.exists()


def test_a_set_up_that_was_interrupted_starts_over(cluster: Cluster) -> None:
    half = cluster.folder / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert cluster.is_running()
    assert not half.exists()


def test_data_of_another_version_are_left_alone(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="PostgreSQL 9"):
        cluster.start()
    assert cluster.data.exists()


@pytest.fixture
def earlier(cluster: Cluster) -> Cluster:
    """As earlier versions left it: the program is the superuser and owns everything."""
    options = ["--username=todoke", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    made = cluster.account.run(cluster.programs / "initdb", "-D", cluster.data, *options, folder=cluster.folder)
    assert not made.returncode, made.stderr
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'todoke.conf'\n")
    cluster._launch()
    with cluster._connect("todoke", "postgres") as server:
        server.execute("CREATE DATABASE todoke")
    with cluster._connect("todoke", "todoke") as database:
        database.execute("CREATE TABLE kept (n bigint GENERATED ALWAYS AS IDENTITY, m serial, PRIMARY KEY (n))")
        database.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        database.execute("INSERT INTO kept DEFAULT VALUES")
    return cluster


def _handed_over(cluster: Cluster) -> None:
    with psycopg.connect(cluster.address()) as database:
        roles = database.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolcanlogin ORDER BY 1").fetchall()
        database.execute("INSERT INTO kept DEFAULT VALUES")
        database.execute("ALTER TABLE kept ADD COLUMN more text")
        database.execute("DROP FUNCTION one()")
        assert database.execute("SELECT n, m FROM kept ORDER BY 1").fetchall() == [(1, 1), (2, 2)]
    assert roles == [("postgres", True), ("todoke", False)]


@pytest.mark.parametrize("running", [True, False])
def test_a_cluster_of_an_earlier_version_is_handed_over(earlier: Cluster, running: bool) -> None:
    if not running:
        earlier.stop()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: earlier.start(), range(4)))
    earlier.start()
    _handed_over(earlier)


@pytest.mark.parametrize("connections", range(1, 4))
def test_a_hand_over_that_was_interrupted_goes_on(earlier: Cluster, connections: int) -> None:
    left = connections

    def connect(user: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        return earlier._connect(user, database)

    with pytest.raises(KeyboardInterrupt):
        hand_over(connect)
    earlier.start()
    _handed_over(earlier)


def test_a_start_takes_a_moment(cluster: Cluster) -> None:
    began = time.monotonic()
    cluster.start()
    assert time.monotonic() - began < 15


A_FACT = """
    WITH home AS (
        INSERT INTO people_household (id, municipality_code, postal_code, address)
        VALUES ('00000000-0000-7000-8000-000000000001', '04202', '', '見本町') RETURNING id
    ), person AS (
        INSERT INTO people_resident (id, household_id, relation, name, name_kana, name_key, birth_date, gender,
            registered, demonstration, email, language, wants_email)
        SELECT '00000000-0000-7000-8000-000000000002', id, 'head', '見本 花子', '', '見本花子', '1992-05-14', '2', true,
            true, '', 'ja', true FROM home RETURNING id
    ) SELECT id FROM person;
    INSERT INTO people_batchread (at, actor, actor_name, keys, purpose, transaction)
    VALUES (now(), 'system', 'トドケ', '[]', '試験', pg_current_xact_id()::text::bigint);
    INSERT INTO people_fact (resident_id, key, value, source, source_detail, learnt_at)
    VALUES ('00000000-0000-7000-8000-000000000002', 'work.employer', '"見本商店"', 'self', '', now());
"""


def test_backup_and_restore_give_the_same_rows(cluster: Cluster, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": cluster.start(), "TODOKE_STATE": str(tmp_path / "state")}

    def todoke(*words: str) -> int:
        command = [str(Path(sys.executable).with_name("todoke")), *words]
        return subprocess.run(command, env=environment, check=False).returncode

    with psycopg.connect(cluster.address()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT n, '𠮷野' || n AS name FROM generate_series(1, 1000) n")
    assert todoke("migrate") == 0
    with psycopg.connect(cluster.address()) as connection:
        connection.execute(A_FACT)
    file = tmp_path / "all.dump"
    assert todoke("backup", str(file)) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert todoke("restore", str(file)) == 1
    cluster.destroy()
    cluster.folder.mkdir(mode=0o700)
    cluster.account.own(cluster.folder)
    cluster.start()
    assert todoke("restore", str(file)) == 0
    with psycopg.connect(cluster.address()) as connection:
        row = connection.execute("SELECT count(*), md5(string_agg(name, ',' ORDER BY n)) FROM kept").fetchone()
        connection.execute("DELETE FROM kept")
        assert connection.execute("SELECT count(*) FROM people_fact").fetchone() == (0,)
        connection.execute("SET todoke.backup = 'on'")
        assert connection.execute("SELECT value FROM people_fact").fetchall() == [("見本商店",)]
        assert connection.execute("SELECT transaction FROM people_batchread").fetchall() == [(None,)]
    assert row is not None
    assert row[0] == 1000
    connection.close()
    assert todoke("restore", "--replace", str(file)) == 0
    with psycopg.connect(cluster.address()) as connection:
        again = connection.execute("SELECT count(*), md5(string_agg(name, ',' ORDER BY n)) FROM kept").fetchone()
    assert again == row
    shutil.rmtree(tmp_path / "state", ignore_errors=True)
