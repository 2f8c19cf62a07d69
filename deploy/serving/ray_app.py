"""Lesson 25's service on Ray Serve: the same door, and Ray's queue in place of our own.

    pip install "ray[serve]>=2.60" onnxruntime
    python deploy/serving/ray_app.py MODEL.onnx

It listens on 127.0.0.1:8000 until it is interrupted. MODEL is an ONNX file that takes pictures, shape (n, 784), as the
lesson writes them. Ray waits 5 seconds for its proxy to get ready, which a busy machine may exceed; the two variables
below give it more.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", "60")
os.environ.setdefault("RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S", "60")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import numpy as np
import onnxruntime
import ray
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from ray import serve

door = FastAPI()
Pixel = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Drawing(BaseModel):
    """What a client sends: 784 numbers from 0 to 1, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid")
    pixels: Annotated[list[Pixel], Field(min_length=784, max_length=784)]


@serve.deployment(num_replicas=1, max_ongoing_requests=100, ray_actor_options={"num_cpus": 1})
@serve.ingress(door)
class Digits:
    """A replica: it opens the model once, and answers batch after batch."""

    def __init__(self, path):
        self.session = onnxruntime.InferenceSession(path)
        self.name = self.session.get_inputs()[0].name

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.005)
    async def answers(self, pictures):
        """Ask the model once for all pictures that came together."""
        return list(self.session.run(None, {self.name: np.stack(pictures)})[0])

    @door.post("/predict")
    async def read(self, drawing: Drawing):
        """Return the digit in one drawing."""
        chances = await self.answers(np.array(drawing.pixels, "float32"))
        return {"digit": int(chances.argmax()), "chances": chances.tolist()}

    @door.get("/health/live")
    async def live(self):
        """Say that the replica runs."""
        return {"alive": True}


def main(path, port=8000):
    """Serve a model on this machine until the program is interrupted."""
    ray.init(num_cpus=2, include_dashboard=False, _node_ip_address="127.0.0.1")
    serve.start(http_options={"host": "127.0.0.1", "port": int(port)})
    serve.run(Digits.bind(str(Path(path).resolve())), blocking=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
