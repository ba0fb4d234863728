"""The console in the cloud: sign-in, load balancer, image and service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi import ResourceOptions

from infra.console.balancer import ConsoleBalancer, ConsoleBalancerArgs
from infra.console.image import ConsoleImage, ConsoleImageArgs
from infra.console.service import ConsoleService, ConsoleServiceArgs
from infra.console.sign_in import ConsoleSignIn, ConsoleSignInArgs
from infra.outputs import Exports

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.serving import Serving
    from infra.settings.declaration import StackSettings
    from infra.storage.component import Storage


@dataclass(frozen=True, kw_only=True)
class ConsoleArgs:
    """Arguments of ``Console``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Settings of the stack.
    storage : Storage
        The network of the console, and the models whose profiles and reports it shows.
    api : Serving
        The API that the console calls, and its keys.
    """

    names: Names
    settings: StackSettings
    storage: Storage
    api: Serving


class Console(pulumi.ComponentResource):
    """The console on AWS Fargate behind a load balancer, if the settings enable it.

    Creates: the user pool, the load balancer, the image and the service.

    Outputs: ``exports``.
    """

    exports: Exports

    def __init__(self, name: str, args: ConsoleArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:console:Console", name, None, opts)
        names, settings, child = args.names, args.settings, ResourceOptions(parent=self)
        sign_in = ConsoleSignIn("console-sign-in", ConsoleSignInArgs(names=names, settings=settings), child).sign_in
        balancer = ConsoleBalancer(
            "console-balancer",
            ConsoleBalancerArgs(names=names, settings=settings, network=args.storage.network, sign_in=sign_in),
            child,
        )
        ConsoleService(
            "console",
            ConsoleServiceArgs(
                names=names,
                settings=settings,
                image=ConsoleImage("console-image", ConsoleImageArgs(names=names, settings=settings), child),
                network=args.storage.network,
                balanced=balancer.balanced,
                mount=args.storage.mount,
                api_url=args.api.api_url,
                api_keys=args.api.api_keys,
            ),
            child,
        )
        self.exports = {"console_url": balancer.url, "console_domain_target": balancer.target}
        self.register_outputs(self.exports)
