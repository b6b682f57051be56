"""Who works in an office: inviting, roles, leaving. Done by its administrator, or by the platform's."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet

from todoke.kernel import audit
from todoke.kernel.errors import InvalidInputError, NotAllowedError
from todoke.kernel.sessions import sign_out_everywhere
from todoke.registry.organisations.credentials.invitations import issue_invitation
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.officers import principal
from todoke.registry.organisations.trees import with_parts
from todoke.registry.organisations.types import Role

OFFICE_ROLES = [Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR]
"""What an office's administrator may give. Auditors and the platform's administrators come from the platform's."""


class LoginTakenError(InvalidInputError):
    """このログイン名はもう使われています。異動してきた人なら「異動してきた人を加える」から加えてください。"""

    code = "login-taken"


class UnknownOfficerError(InvalidInputError):
    """このログイン名の職員は見つかりません。つづりを確かめてください。"""

    code = "unknown-officer"


class InvitationIncompleteError(InvalidInputError):
    """ログイン名と氏名を入れ、役割を1つ以上選んでください。"""

    code = "invitation-incomplete"


class LastAdministratorError(InvalidInputError):
    """管理者がいなくなります。先にほかの人を管理者にしてください。"""

    code = "last-administrator"


class OwnAccountError(InvalidInputError):
    """自分に役割を与えることと、自分を停止することはできません。ほかの管理者に頼んでください。"""

    code = "own-account"


class SharedOfficerError(InvalidInputError):
    """この人はほかの課にも役割があります。この課の役割を外すか、基盤の管理者に頼んでください。"""

    code = "shared-officer"


def is_platform(officer: Officer) -> bool:
    """Whether the officer administers the platform."""
    return officer.memberships.filter(role=Role.PLATFORM).exists()


def administered_by(officer: Officer) -> QuerySet[Organisation]:
    """Organisations whose officers ``officer`` may change: all for the platform's administrator, else those of their
    administrator's roles and the parts of these.
    """
    organisations = Organisation.objects.select_related("parent").order_by("code")
    if is_platform(officer):
        return organisations
    roots = officer.memberships.filter(role=Role.ADMINISTRATOR).values_list("organisation_id", flat=True)
    return organisations.filter(pk__in=with_parts(roots))


def roles_given_by(officer: Officer) -> list[Role]:
    """Roles that ``officer`` may give and take."""
    return list(Role) if is_platform(officer) else OFFICE_ROLES


def officers_of(organisation: Organisation) -> QuerySet[Officer]:
    """Everyone with a role there, active ones first; ``roles_here`` holds their memberships of this organisation."""
    here = Membership.objects.filter(organisation=organisation).order_by("pk")
    return (
        Officer.objects.filter(memberships__organisation=organisation)
        .distinct()
        .order_by("-active", "login")
        .prefetch_related(Prefetch("memberships", queryset=here, to_attr="roles_here"), "passkeys")
    )


def _require(actor: Officer, organisation: Organisation, roles: Iterable[Role] = ()) -> None:
    if not administered_by(actor).filter(pk=organisation.pk).exists():
        raise NotAllowedError
    if not set(roles) <= set(roles_given_by(actor)):
        raise NotAllowedError


def invite_officer(
    *, actor: Officer, organisation: Organisation, login: str, name: str, email: str, roles: list[Role]
) -> tuple[Officer, str]:
    """A new officer, and the secret of their invitation, told only here.

    Raises InvitationIncompleteError, LoginTakenError, NotAllowedError.
    """
    _require(actor, organisation, roles)
    login, name = login.strip(), name.strip()
    if not login or not name or not roles:
        raise InvitationIncompleteError
    try:
        with transaction.atomic():
            officer = Officer.objects.create(login=login, name=name, email=email.strip())
            secret = issue_invitation(officer)
            Membership.objects.bulk_create(
                Membership(officer=officer, organisation=organisation, role=role) for role in roles
            )
            _record(actor, "invitation.issued", officer, organisation, roles=[str(role) for role in roles])
    except IntegrityError as error:
        raise LoginTakenError from error
    return officer, secret


def grant_role(*, actor: Officer, organisation: Organisation, login: str, role: Role) -> Officer:
    """Give a role, also to one who comes from another office. Raises NotAllowedError, UnknownOfficerError,
    OwnAccountError.
    """
    _require(actor, organisation, [role])
    officer = Officer.objects.filter(login=login.strip(), active=True).first()
    if officer is None:
        raise UnknownOfficerError
    if officer == actor:
        raise OwnAccountError
    with transaction.atomic():
        _, new = Membership.objects.get_or_create(officer=officer, organisation=organisation, role=role)
        if new:
            _record(actor, "role.given", officer, organisation, role=str(role))
    return officer


def withdraw_role(*, actor: Officer, organisation: Organisation, officer: Officer, role: Role) -> None:
    """Take a role away, at once. Raises NotAllowedError, LastAdministratorError."""
    _require(actor, organisation, [role])
    with transaction.atomic():
        held = officer.memberships.filter(organisation=organisation, role=role)
        if not held.exists():
            return
        if role is Role.ADMINISTRATOR:
            _keep_an_administrator([organisation.pk], officer)
        if role is Role.PLATFORM:
            _keep_a_platform_administrator(officer)
        held.delete()
        _record(actor, "role.taken", officer, organisation, role=str(role))


def deactivate_officer(*, actor: Officer, organisation: Organisation, officer: Officer) -> None:
    """Shut the officer out: every log-in ends at once, an open invitation is void. Their cases stay theirs.

    The platform's administrator may shut out even the last administrator of an office, and appoints another.
    Raises NotAllowedError, OwnAccountError, SharedOfficerError, LastAdministratorError.
    """
    _require_whole(actor, organisation, officer)
    with transaction.atomic():
        if is_platform(actor):
            _keep_a_platform_administrator(officer)
        else:
            led = officer.memberships.filter(role=Role.ADMINISTRATOR).values_list("organisation_id", flat=True)
            _keep_an_administrator(led, officer)
        Officer.objects.filter(pk=officer.pk).update(active=False, invitation_hash="", invitation_ends_at=None)
        ended = sign_out_everywhere(principal(officer))
        _record(actor, "officer.deactivated", officer, organisation, sessions_ended=ended)


def reinvite_officer(*, actor: Officer, organisation: Organisation, officer: Officer) -> str:
    """For one who lost their phone, or who comes back: every way in and every log-in ends, a new invitation starts.

    Gives the secret. Raises NotAllowedError, OwnAccountError, SharedOfficerError.
    """
    _require_whole(actor, organisation, officer)
    with transaction.atomic():
        renewed = Officer.objects.select_for_update().get(pk=officer.pk)
        renewed.passkeys.all().delete()
        renewed.password = renewed.one_time_code_key = ""
        renewed.active = True
        renewed.save(update_fields=["password", "one_time_code_key", "active"])
        sign_out_everywhere(principal(renewed))
        secret = issue_invitation(renewed)
        _record(actor, "invitation.issued", renewed, organisation, again=True)
    return secret


def _require_whole(actor: Officer, organisation: Organisation, officer: Officer) -> None:
    """An act on the whole account needs every organisation of the officer, so that no office's administrator can take
    over, or shut out, somebody with more power elsewhere.
    """
    _require(actor, organisation)
    if officer == actor:
        raise OwnAccountError
    memberships = officer.memberships.all()
    if not memberships.filter(organisation=organisation).exists():
        raise NotAllowedError
    if is_platform(actor):
        return
    outside = memberships.exclude(organisation__in=administered_by(actor), role__in=OFFICE_ROLES)
    if outside.exists():
        raise SharedOfficerError


def _keep_an_administrator(organisations: Iterable[int], leaving: Officer) -> None:
    """The lock on the organisation makes two administrators who remove each other wait for one another."""
    locked = list(
        Organisation.objects.select_for_update(of=("self",)).filter(pk__in=list(organisations)).order_by("pk")
    )
    for organisation in locked:
        others = organisation.memberships.filter(role=Role.ADMINISTRATOR, officer__active=True).exclude(officer=leaving)
        if not others.exists():
            raise LastAdministratorError


def _keep_a_platform_administrator(leaving: Officer) -> None:
    platform = Membership.objects.filter(role=Role.PLATFORM)
    list(platform.select_for_update().order_by("pk"))
    if not platform.filter(officer__active=True).exclude(officer=leaving).exists():
        raise LastAdministratorError


def _record(actor: Officer, action: str, officer: Officer, organisation: Organisation, **detail: object) -> None:
    audit.record(
        actor=principal(actor),
        action=action,
        subject=principal(officer),
        organisation_id=organisation.pk,
        **detail,
    )
