"""The model monitor: the second function of the image, its settings and the class shares."""
