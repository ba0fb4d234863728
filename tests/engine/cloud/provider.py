"""Resource providers over an account of ours, as the engine talks to pulumi-aws and pulumi-docker."""

from __future__ import annotations

import contextlib
from concurrent import futures
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local_stack.declared.aws_values import call_result, computed_values
from tests.engine.cloud.account import FUNCTION, IMAGE, Account, RefusedError
from tests.engine.cloud.context_digest import docker_context_digest
from tests.engine.cloud.refusals import kind
from tests.engine.cloud.replacement import deletes_first, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's mark of a value that only an update computes."""
_TOKEN_OF_REGISTRY = "registry"  # noqa: S105 - a property's name


def _plain(message: struct_pb2.Struct) -> dict[str, Any]:
    return _whole(json_format.MessageToDict(message))  # type: ignore[no-any-return]


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _whole(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _message(values: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(values)
    return message


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider.

    Parameters
    ----------
    account : Account
        What it acts on.
    directory : Path
        Of the project, where the engine runs, and to which build contexts are relative.
    """

    def __init__(self, account: Account, directory: Path) -> None:
        self.account = account
        self.directory = directory

    def Handshake(self, _request: object, _context: object) -> provider_pb2.ProviderHandshakeResponse:  # noqa: N802
        """Answer the engine's first call."""
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, _request: object, _context: object) -> empty_pb2.Empty:  # noqa: N802
        """Take the address of the engine, which needs nothing of it."""
        return empty_pb2.Empty()

    def Cancel(self, _request: object, _context: object) -> empty_pb2.Empty:  # noqa: N802
        """Take note that the update failed."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, _request: object, _context: object) -> plugin_pb2.PluginInfo:  # noqa: N802
        """Return a version that is new enough for any program."""
        return plugin_pb2.PluginInfo(version="99.0.0")

    def GetSchema(self, _request: object, _context: object) -> provider_pb2.GetSchemaResponse:  # noqa: N802
        """Return no schema."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: provider_pb2.CheckRequest, _context: object) -> provider_pb2.CheckResponse:  # noqa: N802
        """Accept any configuration."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: object, _context: object) -> provider_pb2.DiffResponse:  # noqa: N802
        """Say that the configuration is the same."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, _request: object, _context: object) -> provider_pb2.ConfigureResponse:  # noqa: N802
        """Say that previews are supported."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Invoke(self, request: provider_pb2.InvokeRequest, _context: object) -> provider_pb2.InvokeResponse:  # noqa: N802
        """Look something up."""
        result = call_result(request.tok, _plain(request.args), self.account.region)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(_message({"id": "-", **result}))
        return response

    def Check(self, request: provider_pb2.CheckRequest, _context: object) -> provider_pb2.CheckResponse:  # noqa: N802
        """Accept the inputs; an image's get the digest of its context."""
        inputs = _plain(request.news)
        if kind(_type(request.urn)) == IMAGE:
            build = inputs["build"]
            digest = docker_context_digest(self.directory, build["context"], build["dockerfile"])
            inputs["build"] = {**build, "contextDigest": digest}
        return provider_pb2.CheckResponse(inputs=_message(inputs))

    def Diff(self, request: provider_pb2.DiffRequest, _context: object) -> provider_pb2.DiffResponse:  # noqa: N802
        """Compare the inputs."""
        type_, olds, news = _type(request.urn), _plain(request.old_inputs), _plain(request.news)
        ignored = {_TOKEN_OF_REGISTRY} if kind(type_) == IMAGE else set()
        changed = {
            key: news.get(key) for key in {**olds, **news} if olds.get(key) != news.get(key) and key not in ignored
        }
        if not changed:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            diffs=sorted(changed),
            replaces=replacing(type_, changed),
            deleteBeforeReplace=deletes_first(type_, olds, news),
        )

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> object:  # noqa: N802
        """Create it, or say in a preview what will be known then."""
        type_, name, inputs = _type(request.urn), _name(request.urn), _plain(request.properties)
        if request.preview:
            computed = {} if kind(type_) == IMAGE else computed_values(type_, name, inputs, self.account.region)
            outputs = {**inputs, **dict.fromkeys([*computed, *_computed_by_updates(type_)], UNKNOWN)}
            return provider_pb2.CreateResponse(properties=_message(outputs))
        with _refused(context):
            held = self.account.create(type_, name, inputs)
            self.account.after("create", kind(type_), name)
            return provider_pb2.CreateResponse(id=held.id, properties=_message(held.outputs))

    def Read(self, request: provider_pb2.ReadRequest, _context: object) -> provider_pb2.ReadResponse:  # noqa: N802
        """Return what the account holds."""
        held = self.account.held.get(request.id)
        if held is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=held.id, properties=_message(held.outputs), inputs=_message(held.inputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> object:  # noqa: N802
        """Change it, or say in a preview what will be known then."""
        type_, name, inputs = _type(request.urn), _name(request.urn), _plain(request.news)
        if request.preview:
            olds, old_inputs = _plain(request.olds), _plain(request.old_inputs)
            kept = {key: value for key, value in olds.items() if key not in old_inputs}
            outputs = {**kept, **inputs, **dict.fromkeys(_computed_by_updates(type_), UNKNOWN)}
            return provider_pb2.UpdateResponse(properties=_message(outputs))
        with _refused(context):
            held = self.account.update(request.id, name, inputs)
            self.account.after("update", kind(type_), name)
            return provider_pb2.UpdateResponse(properties=_message(held.outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        """Delete it; what is gone already is deleted."""
        with _refused(context):
            if request.id in self.account.held:
                self.account.delete(request.id, _name(request.urn))
            self.account.after("delete", kind(_type(request.urn)), _name(request.urn))
        return empty_pb2.Empty()


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _computed_by_updates(type_: str) -> list[str]:
    return {IMAGE: ["repoDigest"], FUNCTION: ["version"]}.get(kind(type_), [])


@contextlib.contextmanager
def _refused(context: grpc.ServicerContext) -> Iterator[None]:
    try:
        yield
    except RefusedError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


@contextlib.contextmanager
def serving(provider: Provider) -> Iterator[int]:
    """Serve a provider to the engine; yields the port."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port: int = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
