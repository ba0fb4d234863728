"""The sweep: parameters of every estimator of scikit-learn, drawn, fitted, exported and called."""
