"""The serving of requests: the image, the function and the API in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import Output, ResourceOptions

from infra.api.definition import PredictionApi, PredictionApiArgs
from infra.api.domain import ApiDomain, ApiDomainArgs
from infra.api.firewall import ApiFirewall, ApiFirewallArgs
from infra.api.keys import ApiKeys, ApiKeysArgs
from infra.api.stage import ApiStage, ApiStageArgs
from infra.function.inference import InferenceFunction, InferenceFunctionArgs
from infra.function.live import Deployed, LiveFunction
from infra.function.upload import UploadFunction, UploadFunctionArgs
from infra.function.warm import WarmFunction, WarmFunctionArgs
from infra.image.component import ModelImage, ModelImageArgs
from infra.outputs import Exports

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings
    from infra.storage.file_system import Mount


@dataclass(frozen=True, kw_only=True)
class ServingArgs:
    """Arguments of ``Serving``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Settings of the stack.
    mount : Mount or None
        Shared storage; None without it.
    """

    names: Names
    settings: StackSettings
    mount: Mount | None


class Serving(pulumi.ComponentResource):
    """The model behind an HTTP API.

    Creates: the container image; the function that predicts, its warm execution environments, and the function that
    uploads bundles; the REST API with its stage, keys, domain name and firewall.

    Outputs: ``image_uri``, ``live`` (the alias), ``deployed`` (the last deployment of the function),
    ``log_group`` (name of the function's log group), ``api_url``, ``api_keys`` by caller, and ``exports``.
    """

    image_uri: Output[str]
    live: LiveFunction
    deployed: Deployed
    log_group: Output[str]
    api_url: Output[str]
    api_keys: Output[dict[str, str]]
    exports: Exports

    def __init__(self, name: str, args: ServingArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:serving:Serving", name, None, opts)
        self.image_uri = ModelImage(
            "image", ModelImageArgs(names=args.names, settings=args.settings), ResourceOptions(parent=self)
        ).uri
        function = self._functions(args)
        self.live, self.log_group = function.live, function.log_group
        self.deployed = Deployed(function.deployed_at, function.function_version)
        stage, keys, domain = self._api(args)
        self.api_url, self.api_keys = stage.url, keys.keys
        self.exports = {
            "api_url": stage.url,
            "api_keys": keys.keys,
            "api_key_ids": keys.key_ids,
            "api_domain_target": domain.target,
            "predict_command": stage.predict_command,
            "function_name": function.live.function_name,
            "function_version": function.function_version,
            "live_version": function.live_version,
            "log_group": function.log_group,
        }
        self.register_outputs({"image_uri": self.image_uri, **self.exports})

    def _functions(self, args: ServingArgs) -> InferenceFunction:
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        function = InferenceFunction(
            "function",
            InferenceFunctionArgs(names=names, settings=settings, image_uri=self.image_uri, mount=args.mount),
            child,
        )
        UploadFunction(
            "upload",
            UploadFunctionArgs(names=names, settings=settings, image_uri=self.image_uri, mount=args.mount),
            child,
        )
        WarmFunction("warm", WarmFunctionArgs(names=names, settings=settings, live=function.live), child)
        return function

    def _api(self, args: ServingArgs) -> tuple[ApiStage, ApiKeys, ApiDomain]:
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        api = PredictionApi("api", PredictionApiArgs(names=names, settings=settings, live=self.live), child)
        stage = ApiStage(
            "stage",
            ApiStageArgs(names=names, settings=settings, rest_api=api.rest_api, definition=api.definition),
            child,
        )
        keys = ApiKeys(
            "keys",
            ApiKeysArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name),
            child,
        )
        domain = ApiDomain(
            "domain",
            ApiDomainArgs(names=names, settings=settings, rest_api=api.rest_api, stage_name=stage.stage_name),
            child,
        )
        ApiFirewall("firewall", ApiFirewallArgs(names=names, settings=settings, stage_arn=stage.arn), child)
        return stage, keys, domain
