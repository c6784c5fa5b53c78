"""Write the BERT encoder of all-MiniLM-L6-v2 as an ONNX graph, from its safetensors weights, without torch.

The graph takes `input_ids` and `attention_mask` (int64, batch × sequence) and gives `last_hidden_state`
(float32, batch × sequence × 384); pooling is the caller's. It does not know where weights come from, nor
tokenizers, nor caches.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, checker, external_data_helper, helper, numpy_helper, save_model

Weights = Mapping[str, npt.NDArray[Any]]

LAYERS, HIDDEN, HEADS = 6, 384, 12
HEAD = HIDDEN // HEADS
EPSILON = 1e-12
OPSET = 20  # the first with Gelu; LayerNormalization is there since 17
WORTH_MAPPING = 100_000  # bytes of a tensor
MASKED = np.float32(-10_000.0)  # what sentence-transformers adds to a padded position before softmax


class _Graph:
    """The nodes and constants written so far."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self._weights = weights

    def weight(self, name: str, *, transposed: bool = False) -> str:
        value = self._weights[name]
        return self.constant(f"{name}{'.T' if transposed else ''}", value.T if transposed else value)

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def node(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:  # noqa: ANN401 - as onnx takes them
        output = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
        return output

    def dense(self, value: str, name: str) -> str:
        product = self.node("MatMul", [value, self.weight(f"{name}.weight", transposed=True)])
        return self.node("Add", [product, self.weight(f"{name}.bias")])

    def norm(self, value: str, name: str) -> str:
        inputs = [value, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.node("LayerNormalization", inputs, axis=-1, epsilon=EPSILON)


def minilm_graph(weights: Weights) -> ModelProto:
    """Return the encoder as a checked ONNX model.

    Raises:
        KeyError: *weights* lack a tensor of the encoder; the key is its name.
    """
    graph = _Graph(weights)
    hidden = _embeddings(graph)
    mask = _additive_mask(graph)
    for layer in range(LAYERS):
        hidden = _layer(graph, hidden, mask, f"encoder.layer.{layer}")
    graph.nodes.append(helper.make_node("Identity", [hidden], ["last_hidden_state"]))
    axes = ["batch", "sequence"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, axes),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, axes),
            ],
            [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*axes, HIDDEN])],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
    )
    checker.check_model(model, full_check=True)
    return model


def save_graph(model: ModelProto, path: Path) -> None:
    """Write *model* to *path*, and its weights to a file beside it; *model* points there afterwards.

    A file of their own is mapped into memory, not read: of the 45 MB of word vectors only those stay that are used.
    """
    beside = path.with_suffix(".weights")
    external_data_helper.convert_model_to_external_data(
        model, location=beside.name, size_threshold=WORTH_MAPPING, convert_attribute=False
    )
    save_model(model, path)
    for written in (path, beside):
        written.chmod(0o644)  # onnx writes for the owner alone


def _embeddings(graph: _Graph) -> str:
    words = graph.node("Gather", [graph.weight("embeddings.word_embeddings.weight"), "input_ids"])
    length = graph.node("Shape", ["input_ids"], start=1, end=2)
    zero, one = graph.constant("zero", np.array([0])), graph.constant("one", np.array([1]))
    positions = graph.node(
        "Slice", [graph.weight("embeddings.position_embeddings.weight"), zero, length, zero, one]
    )
    # Every text is one segment, so the first token type is a constant row.
    segment = graph.constant("segment", graph._weights["embeddings.token_type_embeddings.weight"][0])  # noqa: SLF001
    placed = graph.node("Add", [graph.node("Add", [words, positions]), segment])
    return graph.norm(placed, "embeddings.LayerNorm")


def _additive_mask(graph: _Graph) -> str:
    axes = graph.constant("mask_axes", np.array([1, 2]))
    mask = graph.node("Cast", [graph.node("Unsqueeze", ["attention_mask", axes])], to=TensorProto.FLOAT)
    absent = graph.node("Sub", [graph.constant("present", np.array([1.0], dtype=np.float32)), mask])
    return graph.node("Mul", [absent, graph.constant("masked", np.array([MASKED]))])


def _heads(graph: _Graph, hidden: str, name: str, order: Sequence[int]) -> str:
    split = graph.constant("split_heads", np.array([0, 0, HEADS, HEAD]))
    return graph.node("Transpose", [graph.node("Reshape", [graph.dense(hidden, name), split])], perm=order)


def _layer(graph: _Graph, hidden: str, mask: str, name: str) -> str:
    attention = f"{name}.attention"
    query = _heads(graph, hidden, f"{attention}.self.query", (0, 2, 1, 3))
    key = _heads(graph, hidden, f"{attention}.self.key", (0, 2, 3, 1))
    value = _heads(graph, hidden, f"{attention}.self.value", (0, 2, 1, 3))
    scale = graph.constant("scale", np.array([HEAD**-0.5], dtype=np.float32))
    scores = graph.node("Mul", [graph.node("MatMul", [query, key]), scale])
    shares = graph.node("Softmax", [graph.node("Add", [scores, mask])], axis=-1)
    seen = graph.node("Transpose", [graph.node("MatMul", [shares, value])], perm=(0, 2, 1, 3))
    joined = graph.node("Reshape", [seen, graph.constant("join_heads", np.array([0, 0, HIDDEN]))])
    attended = graph.node("Add", [graph.dense(joined, f"{attention}.output.dense"), hidden])
    attended = graph.norm(attended, f"{attention}.output.LayerNorm")
    wide = graph.node("Gelu", [graph.dense(attended, f"{name}.intermediate.dense")], approximate="none")
    narrow = graph.node("Add", [graph.dense(wide, f"{name}.output.dense"), attended])
    return graph.norm(narrow, f"{name}.output.LayerNorm")
