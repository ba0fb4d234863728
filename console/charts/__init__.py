"""Charts: bars, time series and annotations, in the colours of the theme."""
