"""The API, as the console uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

_TIMEOUT_S = 30.0
_OK = 200
_KEY_NEEDED = {401, 403}


class ApiError(Exception):
    """The API did not answer, or is not one of this product; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    """The API's answer to a request for a prediction.

    Parameters
    ----------
    prediction : dict or None
        ``label``, ``probability`` and ``probabilities``, or ``value``, and ``contributions``; None when the
        request was refused.
    detail : str
        Why the API refused it.
    problems : dict of str to str
        By path, such as ``instances[0].age``.
    """

    prediction: dict[str, Any] | None
    detail: str
    problems: dict[str, str]


class Api:
    """One deployed or local stage.

    Parameters
    ----------
    url : str
        Address of the stage, such as ``http://127.0.0.1:8080/dev``.
    key : str
        Sent as ``x-api-key`` if the stack requires one.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self.url = url.rstrip("/")
        self._headers = {"x-api-key": key} if key else {}

    def contract(self) -> dict[str, Any]:
        """Return the model's contract.

        Raises
        ------
        ApiError
            The API does not answer, or is not one of this product.
        """
        response = self._send("GET", "/model")
        try:
            contract: dict[str, Any] = response.json()
            contract["features"][0]["name"]
        except (ValueError, LookupError, TypeError) as error:
            raise ApiError(f"{self.url}/model does not return a contract. Check the address.") from error
        if response.status_code != _OK:
            raise ApiError(f"{self.url}/model returned status {response.status_code}. Check the address.")
        return contract

    def predict(self, instance: dict[str, object]) -> Answer:
        """Return the prediction of one instance, with contributions.

        Raises
        ------
        ApiError
            The API does not answer.
        """
        response = self._send("POST", "/predict", {"instances": [instance], "parameters": {"explain": True}})
        try:
            body = response.json()
            if response.status_code == _OK:
                return Answer(body["predictions"][0], "", {})
            problems = {each["path"]: each["message"] for each in body.get("errors", [])}
            detail = body.get("detail") or body.get("message") or f"status {response.status_code}"
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ApiError(f"{self.url}/predict does not return a prediction. Check the address.") from error
        if response.status_code in _KEY_NEEDED:
            detail += ". Enter an API key under Connection."
        return Answer(None, detail, problems)

    def predictions(self, instances: list[dict[str, object]]) -> list[dict[str, Any]]:
        """Return the predictions of several instances, in one request.

        Raises
        ------
        ApiError
            The API does not answer, or refuses one of the instances.
        """
        response = self._send("POST", "/predict", {"instances": instances})
        try:
            body = response.json()
            if response.status_code == _OK:
                found: list[dict[str, Any]] = body["predictions"]
                return found
            detail = body.get("detail") or body.get("message") or f"status {response.status_code}"
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ApiError(f"{self.url}/predict does not return predictions. Check the address.") from error
        raise ApiError(f"The model refuses these instances: {detail}")

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        try:
            return httpx.request(method, self.url + path, json=body, headers=self._headers, timeout=_TIMEOUT_S)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ApiError(f"{self.url} does not answer. Start a stack: make run, or enter another address.") from error
