from __future__ import annotations

import pytest

from console.connection.settings import Settings, monitoring_of, settings_of
from console.monitoring.interface import MonitoringError
from console.monitoring.local import LocalMonitoring

_DEPLOYED = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod"


def test_without_a_word_it_is_the_local_stack_of_make_run() -> None:
    settings = settings_of({})
    assert (settings.api_url, settings.source) == ("http://127.0.0.1:8080/dev", "local")
    assert isinstance(monitoring_of(settings), LocalMonitoring)


def test_an_address_of_aws_contains_region_and_stack() -> None:
    settings = settings_of({"INFERENCE_API_URL": _DEPLOYED, "AWS_PROFILE": "work", "AWS_REGION": "us-east-1"})
    assert (settings.source, settings.region, settings.stack, settings.profile) == ("aws", "eu-west-1", "prod", "work")


def test_for_a_custom_domain_the_environment_names_region_and_stack() -> None:
    named = {"INFERENCE_API_URL": "https://api.example.com", "INFERENCE_MONITORING": "aws", "INFERENCE_STACK": "prod"}
    settings = settings_of({**named, "AWS_DEFAULT_REGION": "eu-west-3", "INFERENCE_API_KEY": "key"})
    assert settings == Settings(
        api_url="https://api.example.com",
        api_key="key",
        source="aws",
        stack="prod",
        region="eu-west-3",
        profile="",
    )


def test_a_word_that_means_nothing_is_refused() -> None:
    with pytest.raises(MonitoringError) as caught:
        settings_of({"INFERENCE_MONITORING": "azure"})
    assert str(caught.value) == "INFERENCE_MONITORING is azure; expected local or aws."


def test_the_connection_is_fixed_where_the_environment_says_so() -> None:
    assert settings_of({"INFERENCE_CONNECTION": "fixed"}).is_fixed
    assert not settings_of({}).is_fixed
    with pytest.raises(MonitoringError, match=r"^INFERENCE_CONNECTION is shut; expected open or fixed\.$"):
        settings_of({"INFERENCE_CONNECTION": "shut"})


def test_the_error_of_a_missing_profile_names_the_command_that_lists_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(MonitoringError) as caught:
        monitoring_of(settings_of({"INFERENCE_API_URL": _DEPLOYED, "AWS_PROFILE": "absent"}))
    assert str(caught.value) == (
        "The config profile (absent) could not be found. Choose a profile that aws configure list-profiles shows."
    )


def test_what_is_no_region_is_refused() -> None:
    settings = settings_of({"INFERENCE_MONITORING": "aws", "AWS_REGION": "not a region"})
    with pytest.raises(MonitoringError, match=r"^The AWS region is invalid; expected a name such as"):
        monitoring_of(settings)
