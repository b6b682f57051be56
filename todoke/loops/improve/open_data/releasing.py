"""Released figures laid flat, in the transaction that releases them; and what makes files outdated."""

import json

from django.db import connection

from todoke.kernel.events import listen
from todoke.loops.improve.models import PublishedFigure, Release
from todoke.loops.improve.open_data.standard import WITH_CHECK_DIGIT
from todoke.loops.improve.queries.policies import current_policies, policy_named
from todoke.loops.improve.types import Policy

_FLATTEN = f"""
WITH shown AS (
    SELECT DISTINCT ON (f.indicator, f.grain, f."on", f.municipality_code, f.service)
           f.indicator, f.grain, f."on", f.municipality_code, f.service, f.value, f.hidden, f.origin, f.detail, f.note,
           r.at
      FROM improve_figure f JOIN improve_release r ON r.id = f.release_id
     WHERE f.policy = %(policy)s
     ORDER BY f.indicator, f.grain, f."on", f.municipality_code, f.service, f.id DESC
), said AS (
    SELECT * FROM jsonb_to_recordset(%(indicators)s::jsonb) AS i(id text, position int, title text, unit text)
), lines AS (
    SELECT %(policy)s AS policy, s.indicator, said.title, said.unit, s.grain, s."on",
           CASE WHEN s.municipality_code = '' THEN '' ELSE {WITH_CHECK_DIGIT.format("s.municipality_code")} END AS code,
           coalesce(m.name, '') AS name, s.service, CASE WHEN NOT s.hidden THEN s.value END AS value, s.hidden,
           s.origin, s.detail, CASE WHEN s.hidden THEN '' ELSE s.note END AS note, s.at, said.position
      FROM shown s JOIN said ON said.id = s.indicator
      LEFT JOIN places_municipality m ON m.code = s.municipality_code
), gone AS (
    DELETE FROM improve_publishedfigure p
     WHERE p.policy = %(policy)s AND NOT EXISTS (
        SELECT 1 FROM lines l WHERE (l.indicator, l.grain, l."on", l.code, l.service)
                                  = (p.indicator, p.grain, p."on", p.municipality, p.service))
)
INSERT INTO improve_publishedfigure AS p (policy, indicator, title, unit, grain, "on", municipality,
       municipality_name, service, value, hidden, origin, source, note, released_at)
SELECT policy, indicator, title, unit, grain, "on", code, name, service, value, hidden, origin, detail, note, at
  FROM lines ORDER BY position, grain, "on", code, service
ON CONFLICT (policy, indicator, grain, "on", municipality, service)
DO UPDATE SET title = excluded.title, unit = excluded.unit, municipality_name = excluded.municipality_name,
       value = excluded.value, hidden = excluded.hidden, origin = excluded.origin, source = excluded.source,
       note = excluded.note, released_at = excluded.released_at
 WHERE (p.title, p.unit, p.municipality_name, p.value, p.hidden, p.origin, p.source, p.note, p.released_at)
       IS DISTINCT FROM (excluded.title, excluded.unit, excluded.municipality_name, excluded.value, excluded.hidden,
                         excluded.origin, excluded.source, excluded.note, excluded.released_at)
"""  # noqa: S608 - put together from our own text


def flatten(policy: Policy) -> None:
    """Bring the published figures of a policy up to its newest release."""
    said = [
        {"id": one.id, "position": number, "title": one.titles["ja"][:200], "unit": one.unit["ja"][:40]}
        for number, one in enumerate(policy.indicators)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FLATTEN, {"policy": policy.id, "indicators": json.dumps(said, ensure_ascii=False)})


def flatten_all() -> int:
    """Of all policies in force; how many figures are published then."""
    for policy in current_policies():
        flatten(policy)
    return PublishedFigure.objects.count()


@listen("figures-released")
def _figures_released(release: Release) -> None:
    from todoke.loops.improve.jobs import make_files

    flatten(policy_named(release.policy))
    make_files.enqueue_once("improve.open-data.figures", data_set="figures")


@listen("shelters-changed")
def _shelters_changed() -> None:
    from todoke.loops.improve.jobs import make_files

    make_files.enqueue_once("improve.open-data.shelters", data_set="shelters", wait_seconds=60)
