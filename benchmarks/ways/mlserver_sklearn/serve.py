"""MLServer with the fitted pipeline, in one process."""

from __future__ import annotations

import asyncio
import os
import sys

from mlserver import MLServer
from mlserver.settings import ModelParameters, ModelSettings, Settings
from mlserver_sklearn import SKLearnModel


async def main(port: int) -> None:
    """Serve.

    Parameters
    ----------
    port : int
        Of HTTP; gRPC and the metrics take free ones.
    """
    settings = Settings(
        host="127.0.0.1", http_port=port, grpc_port=0, metrics_endpoint=None, parallel_workers=0, debug=False
    )
    parameters = ModelParameters(uri=os.environ["MODEL_JOBLIB"])
    model = ModelSettings(name="sleep_advice", implementation=SKLearnModel, parameters=parameters)
    await MLServer(settings).start([model])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
