"""ONNX models, each on one core. The only file that imports onnxruntime."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

Session = onnxruntime.InferenceSession


def session(path: Path) -> onnxruntime.InferenceSession:
    """A model read from a file. It takes no core but the caller's: many run side by side."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
