"""A substitute for Pulumi's engine: records the resources that a program registers, and responds as AWS would.

Pulumi's own mocks keep neither secrets, parents nor exports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2, resource_pb2

from local_stack.declared.aws_values import call_result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Compute = Callable[[str, str, Mapping[str, Any], str], Mapping[str, Any]]

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret in Pulumi's protocol
_STACK_TYPE = "pulumi:pulumi:Stack"
_FEATURES = (resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS, resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH)


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One declared resource.

    Parameters
    ----------
    type : str
        Pulumi's token, such as ``aws:lambda/function:Function``.
    name : str
        Pulumi's name of the resource, such as ``function-function``.
    inputs : dict
        Its properties, resolved, in camelCase as Pulumi sends them.
    secrets : frozenset of str
        Paths of the secret properties, such as ``registry.password``.
    outputs : dict
        The properties that the monitor returned: the inputs, and those that AWS would compute.
    parent : str
        Name of the component that it belongs to; empty for the stack.
    depends_on : frozenset of str
        Names of the resources that must exist before it.
    ignore_changes : tuple of str
        Properties whose changes are ignored.
    protect : bool
        Whether Pulumi refuses to delete it.
    retained : bool
        Whether it stays in the account when it leaves the stack.
    """

    type: str
    name: str
    inputs: Mapping[str, Any]
    secrets: frozenset[str]
    outputs: Mapping[str, Any]
    parent: str
    depends_on: frozenset[str]
    ignore_changes: tuple[str, ...]
    protect: bool = False
    retained: bool = False


class Engine:
    """Collects the messages that Pulumi's engine would print."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:  # noqa: N802 - Pulumi's protocol
        """Keep a warning or an error."""
        if request.severity >= engine_pb2.WARNING:
            self.messages.append(request.message)
        return empty_pb2.Empty()


class Monitor:
    """Replaces Pulumi's engine: records each registered resource, and responds as AWS would."""

    def __init__(self, project: str, stack: str, region: str, compute: Compute) -> None:
        self.project = project
        self.stack = stack
        self.region = region
        self._compute = compute
        self.resources: list[Resource] = []
        self.messages: list[str] = []
        self.exports: dict[str, Any] = {}
        self.secret_exports: frozenset[str] = frozenset()

    def GetDeploymentInfo(self, _request: object) -> resource_pb2.DeploymentInfo:  # noqa: N802 - Pulumi's protocol
        """Return the features of this engine that the program uses."""
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def SignalAndWaitForShutdown(self, _request: object) -> empty_pb2.Empty:  # noqa: N802 - Pulumi's protocol
        """Report that no work is left."""
        return empty_pb2.Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802 - Pulumi's protocol
        """Answer a call of a provider."""
        answer, response = struct_pb2.Struct(), resource_pb2.ResourceInvokeResponse()
        try:
            result = call_result(request.tok, json_format.MessageToDict(request.args), self.region)
        except LookupError as error:
            response.failures.add(reason=str(error))
            return response
        answer.update({"id": "-", **result})
        getattr(response, "return").CopyFrom(answer)
        return response

    def RegisterResource(  # noqa: N802 - Pulumi's protocol
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Record a resource and respond with the properties that AWS would compute."""
        urn = f"urn:pulumi:{self.stack}::{self.project}::{request.type}::{request.name}"
        message = request.object
        secrets: set[str] = set()
        inputs = _plain(json_format.MessageToDict(message), "", secrets)
        computed = self._compute(request.type, request.name, inputs, self.region) if request.custom else {}
        answer = struct_pb2.Struct()
        answer.CopyFrom(message)
        answer.update(computed)
        if request.type != _STACK_TYPE:
            parent = request.parent.rpartition("::")[2] if _STACK_TYPE not in request.parent else ""
            self.resources.append(
                Resource(
                    type=request.type,
                    name=request.name,
                    inputs=inputs,
                    secrets=frozenset(secrets),
                    outputs={**inputs, **computed},
                    parent=parent,
                    depends_on=frozenset(urn.rpartition("::")[2] for urn in request.dependencies),
                    ignore_changes=tuple(request.ignoreChanges),
                    protect=request.protect,
                    retained=request.retainOnDelete,
                )
            )
        return resource_pb2.RegisterResourceResponse(urn=urn, id=str(computed.get("id", "")), object=answer)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:  # noqa: N802 - Pulumi's protocol
        """Record the exports of the stack."""
        if f"::{_STACK_TYPE}::" in request.urn:
            secrets: set[str] = set()
            self.exports = _plain(json_format.MessageToDict(request.outputs), "", secrets)
            self.secret_exports = frozenset(secrets)
        return empty_pb2.Empty()


def _plain(value: Any, path: str, secrets: set[str]) -> Any:  # noqa: ANN401 - any JSON value
    """Unwrap secrets, recording their paths, and convert whole doubles to integers."""
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            secrets.add(path)
            return _plain(value["value"], path, secrets)
        return {key: _plain(member, f"{path}.{key}".lstrip("."), secrets) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member, f"{path}[{index}]", secrets) for index, member in enumerate(value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
