"""Decision trees and their ensembles, as the operator TreeEnsemble of ai.onnx.ml 5."""
