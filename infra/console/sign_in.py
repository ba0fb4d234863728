"""Sign-in to the console: an Amazon Cognito user pool of invited users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from infra.settings.values.rule import items

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings.declaration import StackSettings

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
CALLBACK_PATH = "/oauth2/idpresponse"
LEAST_PASSWORD = 12


class SignIn(NamedTuple):
    """What the load balancer needs to redirect users to sign-in.

    Parameters
    ----------
    pool_arn, client_id, domain : Output of str
        The user pool, its client (the load balancer), and the prefix of the domain of its pages.
    """

    pool_arn: Output[str]
    client_id: Output[str]
    domain: Output[str]


@dataclass(frozen=True, kw_only=True)
class ConsoleSignInArgs:
    """Arguments of ``ConsoleSignIn``.

    Parameters
    ----------
    names : Names
        Names and tags.
    settings : StackSettings
        Who may sign in, and where the console is.
    """

    names: Names
    settings: StackSettings


class ConsoleSignIn(pulumi.ComponentResource):
    """The users who may sign in to the console, if the settings name any.

    Creates: a user pool without self-registration, its pages, the load balancer as its client, and a user for each
    address, whom Cognito invites by e-mail.

    Outputs: ``sign_in``, None without users.
    """

    sign_in: SignIn | None

    def __init__(self, name: str, args: ConsoleSignInArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("inference:console:ConsoleSignIn", name, None, opts)
        settings = args.settings
        self.sign_in = self._sign_in(name, args) if settings.console and settings.console_users else None
        self.register_outputs({})

    def _sign_in(self, name: str, args: ConsoleSignInArgs) -> SignIn:
        pool = self._pool(name, args)
        domain = aws.cognito.UserPoolDomain(
            f"{name}-domain",
            # These domains are shared by all accounts of a region.
            domain=f"{args.names.console}-{args.names.account_id}",
            user_pool_id=pool.id,
            opts=ResourceOptions(parent=self),
        )
        client = self._client(name, args, pool)
        for email in items(args.settings.console_users):
            aws.cognito.User(
                f"{name}-{email}",
                user_pool_id=pool.id,
                username=email,
                attributes={"email": email, "email_verified": "true"},
                desired_delivery_mediums=["EMAIL"],
                opts=ResourceOptions(parent=self),
            )
        return SignIn(pool.arn, client.id, domain.domain)

    def _pool(self, name: str, args: ConsoleSignInArgs) -> aws.cognito.UserPool:
        return aws.cognito.UserPool(
            f"{name}-pool",
            name=args.names.console,
            username_attributes=["email"],
            auto_verified_attributes=["email"],
            admin_create_user_config={"allow_admin_create_user_only": True},
            password_policy={
                "minimum_length": LEAST_PASSWORD,
                "require_lowercase": True,
                "require_numbers": True,
                "require_symbols": False,
                "require_uppercase": True,
                "temporary_password_validity_days": 7,
            },
            mfa_configuration="OPTIONAL",
            software_token_mfa_configuration={"enabled": True},
            account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
            deletion_protection="ACTIVE" if args.settings.deletion_protection else "INACTIVE",
            tags=args.names.tags,
            opts=ResourceOptions(parent=self, protect=args.settings.deletion_protection),
        )

    def _client(self, name: str, args: ConsoleSignInArgs, pool: aws.cognito.UserPool) -> aws.cognito.UserPoolClient:
        return aws.cognito.UserPoolClient(
            f"{name}-client",
            name=args.names.console,
            user_pool_id=pool.id,
            generate_secret=True,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=["openid", "email"],
            callback_urls=[f"https://{args.settings.console_domain_name}{CALLBACK_PATH}"],
            supported_identity_providers=["COGNITO"],
            prevent_user_existence_errors="ENABLED",
            opts=ResourceOptions(parent=self, additional_secret_outputs=["client_secret"]),
        )
