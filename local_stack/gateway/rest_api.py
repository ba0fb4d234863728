"""The declared REST API: its routes, its callers and its own errors.

References
----------
.. [1] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
.. [2] https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonschema import Draft4Validator

from local_stack.gateway.throttles import Quota, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from local_stack.declared.evaluation import Declared
    from local_stack.machine.clock import Clock

ANY_METHOD = "x-amazon-apigateway-any-method"
BINARY_MEDIA_TYPES = "x-amazon-apigateway-binary-media-types"
_VALIDATOR = "x-amazon-apigateway-request-validator"
_VALIDATORS = "x-amazon-apigateway-request-validators"
_RESPONSES = "x-amazon-apigateway-gateway-responses"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_HEADER = "gatewayresponse.header."
_PARAMETER = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one resource.

    Parameters
    ----------
    resource : str
        Its path with the names of its parameters, such as ``/v2/models/{model}``.
    method : str
        In capitals; empty for any.
    needs_key : bool
        Whether callers need an API key.
    bodies : dict of str to Draft4Validator
        By media type, the validator of a body; empty when bodies are not checked.
    """

    resource: str
    method: str
    needs_key: bool
    bodies: Mapping[str, Draft4Validator] = field(default_factory=dict)


class Match(NamedTuple):
    """The route of a request.

    Parameters
    ----------
    route : Route
        The matched route.
    parameters : dict of str to str
        Values of the path's parameters.
    """

    route: Route
    parameters: dict[str, str]


class GatewayError(NamedTuple):
    """An error of the gateway itself, as declared.

    Parameters
    ----------
    status : int
        Of the answer.
    headers : dict of str to str
        Of the answer.
    template : str
        Its body, with variables.
    """

    status: int
    headers: dict[str, str]
    template: str

    def body(self, request_id: str) -> bytes:
        """Return the body for one request."""
        return self.template.replace("$context.requestId", request_id).encode()


class Caller(NamedTuple):
    """The owner of an API key.

    Parameters
    ----------
    key_id : str
        The caller's id in the access log.
    takes : tuple of (callable, str)
        Limits that each request must pass, and the error of a request that exceeds one.
    """

    key_id: str
    takes: tuple[tuple[Callable[[], bool], str], ...]


class RestApi:
    """The REST API as the program declares it.

    Parameters
    ----------
    declared : Declared
        The declarations of the whole stack.
    clock : Clock
        Clock of the throttles and quotas.
    is_throttled : bool
        Whether the declared throttles and quotas apply.
    """

    def __init__(self, declared: Declared, clock: Clock, *, is_throttled: bool = True) -> None:
        api = declared.one("apigateway/restApi:RestApi")
        document = json.loads(api.inputs["body"])
        self.id: str = str(api.outputs["id"])
        self.name: str = api.inputs["name"]
        self.stage: str = declared.one("apigateway/stage:Stage").inputs["stageName"]
        self.binary_media_types: tuple[str, ...] = tuple(document.get(BINARY_MEDIA_TYPES, ()))
        self._routes = sorted(_routes(document), key=lambda route: (_rank(route.resource), not route.method))
        self._patterns = {route.resource: _pattern(route.resource) for route in self._routes}
        self._responses: Mapping[str, Any] = document.get(_RESPONSES, {})
        self._callers = _callers(declared, clock, is_throttled=is_throttled)
        self._throttles = _stage_throttles(declared, clock) if is_throttled else ()

    def match(self, method: str, path: str) -> Match | None:
        """Return the route of a request; None when the API has none."""
        for route in self._routes:
            if route.method in {"", method}:
                found = self._patterns[route.resource].fullmatch(path)
                if found:
                    return Match(route, found.groupdict())
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """The API keys of all callers."""
        return tuple(self._callers)

    def caller(self, key: str | None) -> Caller | None:
        """Return the owner of an API key; None for an unknown key."""
        return self._callers.get(key or "")

    def passes_throttles(self) -> bool:
        """Count one request for the throttles of the stage; False when it exceeds them."""
        return all(bucket.take() for bucket in self._throttles)

    def error(self, kind: str, status: int) -> GatewayError:
        """Return an error as declared, or the default of its class [1]_.

        Parameters
        ----------
        kind : str
            The type of gateway response, such as ``THROTTLED``.
        status : int
            Of the answer when none is declared.
        """
        server_error = 500
        default = "DEFAULT_5XX" if status >= server_error else "DEFAULT_4XX"
        declared = self._responses.get(kind, self._responses.get(default, {}))
        headers = {
            name.removeprefix(_HEADER): value.strip("'")
            for name, value in declared.get("responseParameters", {}).items()
        }
        headers.setdefault("Content-Type", "application/json")
        template = declared.get("responseTemplates", {}).get("application/json", '{"message": "$context.requestId"}')
        return GatewayError(int(declared.get("statusCode", status)), headers, template)


def _routes(document: Mapping[str, Any]) -> Iterator[Route]:
    for resource, operations in document["paths"].items():
        for name, operation in operations.items():
            if name in _METHODS or name == ANY_METHOD:
                yield Route(
                    resource=resource,
                    method="" if name == ANY_METHOD else name.upper(),
                    needs_key=any("api_key" in each for each in operation.get("security", ())),
                    bodies=_bodies(document, operation),
                )


def _bodies(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Draft4Validator]:
    name = operation.get(_VALIDATOR, document.get(_VALIDATOR))
    if not document.get(_VALIDATORS, {}).get(name, {}).get("validateRequestBody"):
        return {}
    content = operation.get("requestBody", {}).get("content", {})
    return {
        media_type: Draft4Validator({**described["schema"], "components": document.get("components", {})})
        for media_type, described in content.items()
        if "schema" in described
    }


def _rank(resource: str) -> list[int]:
    """Order resources as API Gateway prefers them: fixed segments before parameters, greedy ones last."""
    return [2 if part.endswith("+}") else int(part.startswith("{")) for part in resource.split("/")]


def _pattern(resource: str) -> re.Pattern[str]:
    parts, end = [], 0
    for found in _PARAMETER.finditer(resource):
        parts.append(re.escape(resource[end : found.start()]))
        parts.append(f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})")
        end = found.end()
    return re.compile("".join([*parts, re.escape(resource[end:])]), re.DOTALL)


def _callers(declared: Declared, clock: Clock, *, is_throttled: bool) -> dict[str, Caller]:
    plans = {plan.outputs["id"]: plan.inputs for plan in declared.all("apigateway/usagePlan:UsagePlan")}
    plan_of = {
        each.inputs["keyId"]: plans[each.inputs["usagePlanId"]]
        for each in declared.all("apigateway/usagePlanKey:UsagePlanKey")
    }
    callers = {}
    for key in declared.all("apigateway/apiKey:ApiKey"):
        id_ = key.outputs["id"]
        takes = _takes(plan_of[id_], clock) if is_throttled and id_ in plan_of else ()
        callers[key.outputs["value"]] = Caller(id_, takes)
    return callers


def _takes(plan: Mapping[str, Any], clock: Clock) -> tuple[tuple[Callable[[], bool], str], ...]:
    takes: list[tuple[Callable[[], bool], str]] = []
    if plan.get("throttleSettings"):
        settings = plan["throttleSettings"]
        takes.append((TokenBucket(settings["rateLimit"], settings["burstLimit"], clock).take, "THROTTLED"))
    if plan.get("quotaSettings"):
        settings = plan["quotaSettings"]
        takes.append((Quota(settings["limit"], settings["period"], clock).take, "QUOTA_EXCEEDED"))
    return tuple(takes)


def _stage_throttles(declared: Declared, clock: Clock) -> tuple[TokenBucket, ...]:
    settings = [
        each.inputs["settings"]
        for each in declared.all("apigateway/methodSettings:MethodSettings")
        if each.inputs["methodPath"] == "*/*"
    ]
    return tuple(
        TokenBucket(each["throttlingRateLimit"], each["throttlingBurstLimit"], clock)
        for each in settings
        if each.get("throttlingRateLimit") is not None
    )
