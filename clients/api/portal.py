"""People in the CARM portal and their roles, through the API."""

from types import MappingProxyType
from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from carmsvc.platform.dates import today_in_toronto
from clients.actions import portal as actions
from clients.api.documents import account_seen, evidence_seen, importer_seen
from clients.api.doors import LARGEST_ID, IdFilter, ReadDoor
from clients.models import Document, PortalRole, PortalUser
from clients.models.portal import ACCESS_WISHES, ACCESS_WORDS, PERSON_WORDS, ROLE_WORDS, choices
from clients.queries import portal as queries
from clients.rules import Permission
from clients.rules.portal import AccessWish, possible

MANAGE = Permission.MANAGE_DELEGATION
PROVES = "A document of the importer that proves it."


class PortalUserSerializer(serializers.ModelSerializer[PortalUser]):
    """Somebody with access to an importer in the portal, as far as it is recorded."""

    importer = serializers.IntegerField(source="importer_id")
    user = serializers.EmailField(
        source="user.email", default=None, help_text="Who this is among those who sign in here."
    )
    contact = serializers.IntegerField(
        source="contact_id", default=None, help_text="Who this is among the importer’s contacts."
    )
    possible_transitions = serializers.SerializerMethodField(
        help_text="What can be recorded through `transitions/` in this state."
    )

    class Meta:
        model = PortalUser
        fields = (
            *("id", "importer", "name", "email", "kind", "state", "user", "contact"),
            *("left_on", "removed_on", "recorded_on", "possible_transitions"),
        )
        read_only_fields = fields

    def get_possible_transitions(self, person: PortalUser) -> list[str]:
        return [wish.value for wish in possible(person.access)]


class PortalRoleSerializer(serializers.ModelSerializer[PortalRole]):
    """A role that somebody holds, or held, in the portal."""

    importer = serializers.IntegerField(source="importer_id")
    portal_user = serializers.IntegerField(source="portal_user_id")
    program_account = serializers.CharField(
        source="program_account.bn15",
        default=None,
        help_text="Null for a BAM, who has every account; for another role it is not known.",
    )
    verified_by = serializers.EmailField(source="verified_by.email", default=None)
    evidence_document = serializers.IntegerField(
        source="evidence_document_id", help_text="A document of the importer, or null."
    )

    class Meta:
        model = PortalRole
        fields = (
            *("id", "importer", "portal_user", "role", "program_account", "from_on", "until_on"),
            *("recorded_on", "verified_on", "verified_by", "evidence"),
            *("evidence_document", "ended_on"),
        )
        read_only_fields = fields


class PersonWish(serializers.Serializer[Any]):
    """Who somebody is."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField()
    kind = serializers.ChoiceField(choices=choices(PERSON_WORDS))


class NewPersonWish(PersonWish):
    """Who has access to which importer in the portal."""

    importer = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    is_invited = serializers.BooleanField(
        default=False, help_text="The access is not in force yet."
    )


class AccessTransitionWish(serializers.Serializer[Any]):
    """What happened in the portal, and when."""

    wish = serializers.ChoiceField(choices=choices(ACCESS_WISHES))
    on = serializers.DateField(required=False, help_text="Today unless said.")


class DepartureWish(serializers.Serializer[Any]):
    """When somebody leaves; null: they do not."""

    left_on = serializers.DateField(allow_null=True)


class PortalRoleWish(serializers.Serializer[Any]):
    """A role that somebody holds."""

    role = serializers.ChoiceField(choices=choices(ROLE_WORDS))
    program_account = serializers.CharField(
        required=False, max_length=15, help_text="A BN15; none for a BAM, or where not known."
    )
    from_on = serializers.DateField(required=False)
    until_on = serializers.DateField(required=False)
    evidence = serializers.CharField(
        required=False,
        max_length=300,
        allow_blank=True,
        help_text="A text with a password, a code or a token in it is refused.",
    )
    evidence_document = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID, help_text=PROVES
    )


class SeenWish(serializers.Serializer[Any]):
    """When somebody saw that a role is held, and where."""

    on = serializers.DateField(required=False, help_text="Today unless said.")
    evidence = serializers.CharField(required=False, max_length=300, allow_blank=True)
    evidence_document = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID, help_text=PROVES
    )


class PortalRoleEndWish(serializers.Serializer[Any]):
    """When a role was taken away."""

    on = serializers.DateField(required=False, help_text="Today unless said.")


class DaysWish(serializers.Serializer[Any]):
    """From when to when a role is held, and how we know, as they are to be. A document that is left
    out stays; null takes it off.
    """

    from_on = serializers.DateField(allow_null=True)
    until_on = serializers.DateField(allow_null=True)
    evidence = serializers.CharField(max_length=300, allow_blank=True)
    evidence_document = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID, help_text=PROVES
    )


class RiskSerializer(serializers.Serializer[Any]):
    """What is wrong with who has access, and where it is read."""

    code = serializers.CharField(source="risk.code")
    severity = serializers.CharField(source="risk.severity", help_text="block, high or medium.")
    portal_user = serializers.IntegerField(source="risk.person", allow_null=True)
    portal_role = serializers.IntegerField(source="risk.role", allow_null=True)
    title = serializers.CharField(source="words.title")
    why = serializers.CharField(source="words.why")
    to_do = serializers.CharField(source="words.remedy")
    sources = serializers.SerializerMethodField()

    def get_sources(self, told: Any) -> list[str]:
        return [one.address or one.title for one in told.sources]


class PortalUserFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    state = django_filters.MultipleChoiceFilter(choices=choices(ACCESS_WORDS))
    kind = django_filters.MultipleChoiceFilter(choices=choices(PERSON_WORDS))
    email = django_filters.CharFilter(lookup_expr="iexact")


class PortalRoleFilters(django_filters.FilterSet):
    importer = IdFilter("importer_id", "Of this importer.")
    portal_user = IdFilter("portal_user_id", "Of this person.")
    role = django_filters.MultipleChoiceFilter(choices=choices(ROLE_WORDS))
    is_ended = django_filters.BooleanFilter("ended_on", lookup_expr="isnull", exclude=True)


RECORDED = OpenApiExample(
    "The controller",
    value={"importer": 1, "name": "Rosa Roy", "email": "rosa@maple.example", "kind": "employee"},
    request_only=True,
)
GIVEN = OpenApiExample(
    "Editor of an account",
    value={"role": "editor", "program_account": "123456782RM0001"},
    request_only=True,
)


class PortalUserDoor(ReadDoor):
    """People with access to importers in the CARM portal."""

    queryset = PortalUser._base_manager.none()
    serializer_class = PortalUserSerializer
    filterset_class = PortalUserFilters
    answer_codes = MappingProxyType(
        dict.fromkeys(("correction", "transitions", "departure"), (200,))
    )

    def rows(self) -> Any:
        return PortalUser.objects.select_related("user")

    @extend_schema(
        request=NewPersonWish, responses={201: PortalUserSerializer}, examples=[RECORDED]
    )
    def create(self, request: Request) -> Response:
        """Record somebody who has access. For the brokerage's staff."""
        wish = self.said(NewPersonWish)
        importer = importer_seen(wish.pop("importer"))
        self.demand(MANAGE, importer.pk)
        made = actions.record_portal_user(
            importer=importer, by=self.person, today=today_in_toronto(), **wish
        )
        location = {"Location": self.address_of("portal-user", made.pk)}
        body = self.get_serializer(self.rows().get(pk=made.pk)).data
        return Response(body, status.HTTP_201_CREATED, headers=location)

    @extend_schema(request=PersonWish, responses={200: PortalUserSerializer})
    @action(detail=True, methods=["post"])
    def correction(self, request: Request, pk: int) -> Response:
        """Correct who somebody is."""
        person, wish = self.object_for(MANAGE), self.said(PersonWish)
        actions.change_portal_user(portal_user=person, by=self.person, **wish)
        return self._as_it_is_now()

    @extend_schema(request=AccessTransitionWish, responses={200: PortalUserSerializer})
    @action(detail=True, methods=["post"])
    def transitions(self, request: Request, pk: int) -> Response:
        """Record what happened to the access; 409 for what its state does not allow."""
        person, wish = self.object_for(MANAGE), self.said(AccessTransitionWish)
        today = today_in_toronto()
        actions.move_access(
            portal_user=person,
            wish=AccessWish(wish["wish"]),
            on=wish.get("on", today),
            today=today,
            by=self.person,
        )
        return self._as_it_is_now()

    @extend_schema(request=DepartureWish, responses={200: PortalUserSerializer})
    @action(detail=True, methods=["post"])
    def departure(self, request: Request, pk: int) -> Response:
        """Keep the day on which somebody leaves; the access in the portal does not end with it."""
        person, wish = self.object_for(MANAGE), self.said(DepartureWish)
        actions.note_departure(portal_user=person, by=self.person, **wish)
        return self._as_it_is_now()

    @extend_schema(responses={200: PortalRoleSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def roles(self, request: Request, pk: int) -> Response:
        """The roles held, and those that ended, the newest first."""
        person = self.get_object()
        rows = PortalRole.objects.filter(importer=person.importer_id, portal_user=person)
        found = rows.select_related("program_account", "verified_by").order_by("-id")
        return Response(PortalRoleSerializer(found, many=True).data)

    @extend_schema(request=PortalRoleWish, responses={201: PortalRoleSerializer}, examples=[GIVEN])
    @roles.mapping.post
    def give(self, request: Request, pk: int) -> Response:
        """Record a role that the person holds."""
        person, wish = self.object_for(MANAGE), self.said(PortalRoleWish)
        account = account_seen(person.importer_id, wish.pop("program_account", ""))
        told = {"account": account, "by": self.person, "today": today_in_toronto()}
        told["evidence_document"] = _evidence(person.importer_id, wish)
        made = actions.give_role(portal_user=person, **told, **wish)
        return Response(PortalRoleSerializer(made).data, status.HTTP_201_CREATED)

    @extend_schema(responses={200: RiskSerializer(many=True)}, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def risks(self, request: Request, pk: int) -> Response:
        """What is risky about this person's access, the gravest first."""
        line = queries.person_line(self.get_object(), today_in_toronto())
        found = [*line.risks, *(risk for role in line.roles for risk in role.risks)]
        return Response(RiskSerializer(found, many=True).data)

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


def _evidence(importer_id: int, wish: dict[str, Any]) -> Document | None:
    return evidence_seen(importer_id, wish.pop("evidence_document", None), "evidence_document")


class PortalRoleDoor(ReadDoor):
    """Roles that people hold, or held, in the CARM portal."""

    queryset = PortalRole._base_manager.none()
    serializer_class = PortalRoleSerializer
    filterset_class = PortalRoleFilters
    answer_codes = MappingProxyType(dict.fromkeys(("verification", "ending", "days"), (200,)))

    def rows(self) -> Any:
        return PortalRole.objects.select_related("program_account", "verified_by")

    @extend_schema(request=SeenWish, responses={200: PortalRoleSerializer})
    @action(detail=True, methods=["post"])
    def verification(self, request: Request, pk: int) -> Response:
        """Somebody saw that it is held."""
        role, wish, today = self.object_for(MANAGE), self.said(SeenWish), today_in_toronto()
        told = {"on": wish.get("on", today), "evidence": wish.get("evidence", "")}
        told["evidence_document"] = _evidence(role.importer_id, wish)
        actions.verify_role(role=role, today=today, by=self.person, **told)
        return self._as_it_is_now()

    @extend_schema(request=PortalRoleEndWish, responses={200: PortalRoleSerializer})
    @action(detail=True, methods=["post"])
    def ending(self, request: Request, pk: int) -> Response:
        """It was taken away in the portal."""
        role, wish, today = (
            self.object_for(MANAGE),
            self.said(PortalRoleEndWish),
            today_in_toronto(),
        )
        actions.end_role(role=role, on=wish.get("on", today), today=today, by=self.person)
        return self._as_it_is_now()

    @extend_schema(request=DaysWish, responses={200: PortalRoleSerializer})
    @action(detail=True, methods=["post"])
    def days(self, request: Request, pk: int) -> Response:
        """Correct its days and its evidence."""
        role, wish = self.object_for(MANAGE), self.said(DaysWish)
        stays = "evidence_document" not in wish
        document = _evidence(role.importer_id, wish)
        wish["evidence_document"] = role.evidence_document if stays else document
        actions.change_role(role=role, by=self.person, **wish)
        return self._as_it_is_now()

    def _as_it_is_now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)
