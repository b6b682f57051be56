"""The worklist: what it holds, and that it asks the database as often for many cases as for few."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.apply.conftest import Town
from tests.apply.test_access import signed_in
from todoke.loops.apply.actions.review import assign_case
from todoke.loops.apply.queries import desk_loads, view_counts, worklist
from todoke.registry.catalogue.queries import current_version


def test_views_and_loads_count_what_is_there(town: Town) -> None:
    first, second = town.case(), town.case(hours=48)
    assign_case(case=second, officer=town.approver, by=town.officer)
    counts = view_counts(town.officer)
    assert (counts["open"], counts["mine"], counts["closed"]) == (2, 1, 0)
    assert [case.pk for case in worklist(town.officer, "mine")] == [first.pk]
    assert [case.pk for case in worklist(town.officer, "open", second.receipt_number)] == [second.pk]
    assert not worklist(town.elsewhere, "open").exists()
    assert [(load.name, load.total) for load in desk_loads(town.officer)] == [(town.approver.name, 1), ("", 1)]


def test_many_cases_cost_no_more_queries_than_two(town: Town) -> None:
    client = signed_in(town.officer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/console/?view=open").status_code == 200
        return len(captured)

    town.case()
    town.case()
    queries()
    few = queries()
    for _more in range(6):
        town.case()
    assert queries() <= few


def test_a_sensitive_case_says_nothing_in_the_list_before_a_reason(town: Town) -> None:
    case = town.case()
    version = current_version("vehicle-tax-relief")
    assert version
    case.pack_version_id = version.pk
    case.save()
    client = signed_in(town.officer)
    page = client.get("/console/?view=open").content.decode()
    assert "理由を書いて開く" in page
    assert 'id="peek"></aside>' in page
    assert client.get(f"/console/cases/{case.receipt_number}/").status_code == 403
    client.post(f"/console/cases/{case.receipt_number}/reason/", {"reason": "等級を\x00確かめるため"})
    assert client.get(f"/console/cases/{case.receipt_number}/").status_code == 200
    assert town.mother.access_entries.filter(reason="等級を確かめるため").exists()
