"""Converters of our own, by the subject of the estimators that they convert; importing this registers them."""

from model_export.conversion.converters import meta as meta
from model_export.conversion.converters import models as models
from model_export.conversion.converters import preprocessing as preprocessing
