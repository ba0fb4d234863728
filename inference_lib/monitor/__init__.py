"""What runs by the clock beside the function that predicts: it tells whether data and predictions have drifted."""
