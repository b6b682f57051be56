"""Services that find their residents: whoever allowed it is told once of each that comes to fit; renewals in time."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg.sql import SQL, Composable, Literal

from todoke.capabilities.forms.actions import begin_draft
from todoke.capabilities.forms.models import Draft
from todoke.exchange.messages.queries import was_sent
from todoke.kernel import clock, events
from todoke.kernel.rules.sql import SqlError, where_clause
from todoke.loops.apply.matching import is_for_some
from todoke.loops.apply.models import Case, Decision, FittingService
from todoke.loops.apply.notices import tell_resident
from todoke.loops.apply.packs import form_of_version
from todoke.registry.catalogue.eligibility import holds, parameters_on, rule_of, with_parameters
from todoke.registry.catalogue.queries import current_packs, current_version, pack_of
from todoke.registry.catalogue.types import Pack, in_language
from todoke.registry.people import access
from todoke.registry.people.in_sql import TABLES, facts_in_sql
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import Agency, Resident
from todoke.registry.people.queries import facts_in_batch, facts_of, for_rules
from todoke.registry.people.types import Reader

BATCH = 500
READER = Reader("system", "トドケ（自動）", "合う手続を知らせるため。知らせてほしいと言った人だけ")


def note_seen(*, resident: Resident, packs: Iterable[Pack]) -> None:
    """The resident saw for themselves that these fit: they are not told again."""
    known = set(FittingService.objects.filter(resident=resident).values_list("pack", flat=True))
    now = clock.now()
    FittingService.objects.bulk_create(
        (FittingService(resident=resident, pack=p.id, known_at=now, told=False) for p in packs if p.id not in known),
        ignore_conflicts=True,
    )


@transaction.atomic
def check_one(resident: Resident) -> None:
    """Tell a resident whose facts changed of what fits since."""
    packs = told_of()
    given = for_rules(facts_of(resident, READER, {key for pack in packs for key in pack.purposes}))
    for pack in packs:
        if holds(pack, given, clock.today()):
            _tell(resident, pack)


def _tell(resident: Resident, pack: Pack) -> bool:
    """Once, however often and from however many workers it is called."""
    if Case.objects.filter(resident=resident, pack_version__pack=pack.id).exists():
        return False
    if Draft.objects.filter(resident=resident, pack_version__pack=pack.id, submitted_at=None).exists():
        return False
    _row, new = FittingService.objects.get_or_create(
        resident=resident, pack=pack.id, defaults={"known_at": clock.now(), "told": True}
    )
    if not new:
        return False

    def words() -> tuple[str, str]:
        title, summary = (in_language(texts, resident.language) for texts in (pack.titles, pack.summary))
        body = _(
            "{summary}\n\nトドケが知っている情報で調べたところ、あなたに合いそうです。まだ何も申し込まれていません。"
            "「あなたへ」のページに、そう考えた理由と、もう入っている申込書があります。"
        )
        return _("「{title}」があなたに合いそうです").format(title=title), body.format(summary=summary)

    # What a sensitive fact is behind is said in the inbox alone: others may read a mail.
    by_mail = not any(KEYS[key].sensitive for key in pack.purposes)
    tell_resident(resident, words, key=f"fits:{pack.id}:{resident.pk}", about=f"service:{pack.id}", by_mail=by_mail)
    events.tell("service-told", resident=resident, pack=pack.id)
    return True


def tell_of_agency(agency: Agency) -> None:
    """The person hears of every agency that is made for them, also of one that an office recorded."""
    until = agency.valid_to

    def words() -> tuple[str, str]:
        body = _(
            "期限は{year}年{month}月{day}日です。コードを渡された人は、それまであなたの代わりに手続きできます。"
            "心当たりがないときは、「わたしの情報」の「代わりに手続きする人を決める」で、すぐに終わらせてください。"
        )
        subject = _("あなたの代わりに手続きできるコードが作られました")
        return subject, body.format(year=until.year, month=until.month, day=until.day)

    tell_resident(agency.person, words, key=f"agency:{agency.pk}", about="agency")


def check_page(pack: Pack, after: str = "") -> str:
    """Of those who want to be told, a page of residents (by id) whom the service may fit; the last of them, or ''.

    The database leaves out those for whom the rule is not certainly true, as far as it can say the rule.
    """
    with access.batch(reader=READER, keys=pack.purposes), connection.cursor() as cursor:
        condition, parameters = _certainly(pack)
        query = SQL(
            "SELECT r.id FROM {tables} WHERE EXISTS (SELECT 1 FROM people_consent c WHERE c.resident_id = r.id"
            " AND c.purpose = 'proactive' AND c.withdrawn_at IS NULL)"
            " AND ({after} = '' OR r.id > NULLIF({after}, '')::uuid) AND {condition} ORDER BY r.id LIMIT {most}"
        ).format(tables=TABLES, after=Literal(after), condition=condition, most=Literal(BATCH))
        cursor.execute(query, parameters)
        ids = [row[0] for row in cursor.fetchall()]
        residents = list(Resident.objects.filter(pk__in=ids).select_related("household").order_by("pk"))
        by_id = {resident.pk: resident for resident in residents}
        for one, facts in facts_in_batch(residents, pack.purposes).items():
            if holds(pack, for_rules(facts), clock.today()):
                _tell(by_id[one], pack)
    return str(ids[-1]) if len(ids) == BATCH else ""


def _certainly(pack: Pack) -> tuple[Composable, dict[str, Any]]:
    today = clock.today()
    tree = with_parameters(rule_of(pack, pack.eligible or "true").tree, parameters_on(pack, today))
    try:
        return where_clause(tree, facts_in_sql(today), today)
    except SqlError:
        return SQL("TRUE"), {}


def told_of() -> list[Pack]:
    """The services of which residents are told: those that are for some and not for others."""
    return [pack for pack in current_packs() if is_for_some(pack)]


def end_of(decision: Decision, pack: Pack) -> date | None:
    """The day on which what was decided ends; None where it does not."""
    renewal = pack.workflow.renewal
    if renewal is None or not decision.favourable:
        return None
    decided = decision.decided_at.astimezone(clock.JAPAN).date()
    month = decided.year * 12 + decided.month - 1 + renewal.after_months
    first = date(month // 12, month % 12 + 1, 1)
    return min(first + timedelta(days=decided.day - 1), (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


@transaction.atomic
def renew(*, decision: Decision) -> bool:
    """In time, a draft filled in with what was handed in before and what is known now, and a message; once."""
    case = decision.case
    pack, resident = pack_of(case.pack_version_id), case.resident
    version, ends = current_version(pack.id), end_of(decision, pack)
    if resident is None or version is None or ends is None or pack.workflow.renewal is None:
        return False
    if not ends - timedelta(days=pack.workflow.renewal.notice_days) <= clock.today() <= ends:
        return False
    if Case.objects.filter(resident=resident, pack_version__pack=pack.id, received_at__gt=decision.decided_at).exists():
        return False
    key = f"renewal:{case.receipt_number}"
    if was_sent(key):
        return False
    if Draft.objects.filter(resident=resident, pack_version__pack=pack.id, submitted_at=None).exists():
        return False
    # What a fact answers is left to the fact, which may have changed; consents and the like are asked anew.
    kept = {q.id for q in form_of_version(version.pk).questions() if not q.fact and not q.settings.get("ask_again")}
    handed_in = case.submissions.order_by("-number")[0].answers
    answers = {question: value for question, value in handed_in.items() if question in kept}
    begin_draft(version=version, resident=resident, answers=answers)

    def words() -> tuple[str, str]:
        body = _(
            "いまの決定は{year}年{month}月{day}日までです。前回の内容を入れた申込書を用意しました。"
            "変わったところだけ直して、出してください。"
        )
        subject = _("{title}の更新の時期です").format(title=in_language(pack.titles, resident.language))
        return subject, body.format(year=ends.year, month=ends.month, day=ends.day)

    tell_resident(resident, words, key=key, about=f"service:{pack.id}")
    return True


def decisions_to_renew() -> Iterable[Decision]:
    """Favourable decisions of services that are renewed."""
    renewed = [pack.id for pack in current_packs() if pack.workflow.renewal]
    rows = Decision.objects.filter(favourable=True, case__pack_version__pack__in=renewed, case__resident__isnull=False)
    return rows.select_related("case__resident").iterator()
