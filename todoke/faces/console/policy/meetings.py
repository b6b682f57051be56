"""Meetings of the headquarters and of project teams, and the teams themselves."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.faces.console.policy.desk import LONG, SHORT, PolicyRequest, day, page, policy_desk, round_of, whole_number
from todoke.faces.console.policy.papers import made_papers, pdf_response
from todoke.faces.console.typed import typed
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.improve.actions.meetings import call_meeting, end_team, found_team, keep_papers, write_meeting
from todoke.loops.improve.models import Meeting, Team
from todoke.registry.organisations.models import Organisation
from todoke.registry.organisations.types import OrganisationKind


def _lines(request: PolicyRequest, name: str) -> list[str]:
    return typed(request.POST, name, LONG).splitlines()


def _meeting(request: PolicyRequest, meeting_id: int) -> Meeting:
    """Raises NotFoundError for one of another policy as for none."""
    found = Meeting.objects.select_related("round", "team", "written_by").filter(pk=meeting_id).first()
    about = (found.round or found.team) if found else None
    if found is None or about is None or about.policy != request.policy.id:
        raise NotFoundError
    return found


def _offices() -> QuerySet[Organisation]:
    """The prefecture's."""
    return Organisation.objects.filter(kind=OrganisationKind.OFFICE, municipality_code="").order_by("code")


@require_safe
@policy_desk
def meetings(request: PolicyRequest) -> HttpResponse:
    """All of the headquarters, the newest first."""
    return _meetings(request)


def _meetings(request: PolicyRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    rows = Meeting.objects.filter(round__policy=request.policy.id).select_related("round").order_by("-on", "-pk")
    return page(request, "meetings.html", {"meetings": rows, "today": clock.today()}, error=error, status=status)


@require_POST
@policy_desk
def call(request: PolicyRequest) -> HttpResponse:
    """A meeting of the headquarters on a round, or of a team."""
    team = None
    try:
        if team_id := request.POST.get("team"):
            team = _team(request, whole_number(team_id))
        of = team or round_of(request, whole_number(request.POST.get("round", "")))
        made = call_meeting(of=of, on=day(request, "on"), agenda=_lines(request, "agenda"), officer=request.officer)
    except NotFoundError:
        raise
    except TodokeError as refused:
        if team:
            return _team_page(request, team, error=refused.message, status=refused.status)
        return _meetings(request, error=refused.message, status=refused.status)
    return redirect("console:policy-meeting", meeting_id=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@policy_desk
def meeting(request: PolicyRequest, meeting_id: int) -> HttpResponse:
    """What was to be spoken of, what was decided and said."""
    found = _meeting(request, meeting_id)
    if request.method != "POST":
        return _meeting_page(request, found)
    try:
        write_meeting(
            meeting=found,
            on=day(request, "on"),
            agenda=_lines(request, "agenda"),
            decisions=_lines(request, "decisions"),
            minutes=typed(request.POST, "minutes", 40_000),
            officer=request.officer,
            revision=whole_number(request.POST.get("revision", "")),
        )
    except TodokeError as refused:
        return _meeting_page(request, found, error=refused.message, status=refused.status)
    return redirect("console:policy-meeting", meeting_id=found.pk)


def _meeting_page(request: PolicyRequest, found: Meeting, *, error: str = "", status: int = 200) -> HttpResponse:
    return page(request, "meeting.html", {"meeting": found}, error=error, status=status)


@require_POST
@policy_desk
def lay_papers(request: PolicyRequest, meeting_id: int) -> HttpResponse:
    """Make the papers of a headquarters' meeting and keep them as they are laid before it."""
    found = _meeting(request, meeting_id)
    if found.round is None:
        raise NotFoundError
    try:
        keep_papers(meeting=found, content=made_papers(request, found.round, found), officer=request.officer)
    except TodokeError as refused:
        return _meeting_page(request, found, error=refused.message, status=refused.status)
    return redirect("console:policy-meeting", meeting_id=found.pk)


@require_safe
@policy_desk
def papers(request: PolicyRequest, meeting_id: int) -> HttpResponse:
    """The papers that were kept."""
    found = _meeting(request, meeting_id)
    if found.papers is None:
        raise NotFoundError
    return pdf_response(bytes(found.papers.content), f"papers-{found.on:%Y%m%d}.pdf")


@require_safe
@policy_desk
def minutes(request: PolicyRequest, meeting_id: int) -> HttpResponse:
    """Agenda, decisions and minutes as text, to be taken along."""
    found = _meeting(request, meeting_id)
    parts = [
        f"{found.on:%Y-%m-%d}",
        *(f"議題 {number}　{line}" for number, line in enumerate(found.agenda, 1)),
        *(f"決定 {number}　{line}" for number, line in enumerate(found.decisions, 1)),
        "",
        found.minutes,
    ]
    response = HttpResponse("\n".join(parts), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="minutes-{found.on:%Y%m%d}.txt"'
    return response


def _team(request: PolicyRequest, team_id: int) -> Team:
    found = Team.objects.filter(pk=team_id, policy=request.policy.id).select_related("lead", "handed_to").first()
    if found is None:
        raise NotFoundError
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@policy_desk
def teams(request: PolicyRequest) -> HttpResponse:
    """The project teams, those that work first; and a new one."""
    error, status = "", 200
    if request.method == "POST":
        offices = {str(office.pk): office for office in _offices()}
        lead = offices.get(request.POST.get("lead", ""))
        if lead is None:
            raise NotFoundError
        try:
            made = found_team(
                policy=request.policy,
                theme=typed(request.POST, "theme", SHORT),
                lead=lead,
                members=[offices[key] for key in request.POST.getlist("member") if key in offices],
                began_on=day(request, "began_on"),
                officer=request.officer,
            )
        except TodokeError as refused:
            error, status = refused.message, refused.status
        else:
            return redirect("console:policy-team", team_id=made.pk)
    rows = Team.objects.filter(policy=request.policy.id).select_related("lead", "handed_to")
    context = {
        "running": rows.filter(ended_on=None).order_by("began_on"),
        "ended": rows.exclude(ended_on=None).order_by("-ended_on"),
        "offices": _offices(),
        "today": clock.today(),
    }
    return page(request, "teams.html", context, error=error, status=status)


@require_safe
@policy_desk
def team(request: PolicyRequest, team_id: int) -> HttpResponse:
    """Its members, meetings, and its end."""
    return _team_page(request, _team(request, team_id))


def _team_page(request: PolicyRequest, found: Team, *, error: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "team": found,
        "members": found.members.order_by("code"),
        "meetings": found.meetings.order_by("-on", "-pk"),
        "offices": _offices(),
        "today": clock.today(),
    }
    return page(request, "team.html", context, error=error, status=status)


@require_POST
@policy_desk
def end(request: PolicyRequest, team_id: int) -> HttpResponse:
    """The team is done, and an office goes on."""
    found = _team(request, team_id)
    try:
        end_team(
            team=found,
            ended_on=day(request, "ended_on"),
            result=typed(request.POST, "result", LONG),
            handed_to=_offices().filter(pk=max(whole_number(request.POST.get("handed_to", "")), 0)).first(),
            officer=request.officer,
        )
    except TodokeError as refused:
        return _team_page(request, found, error=refused.message, status=refused.status)
    return redirect("console:policy-team", team_id=found.pk)
