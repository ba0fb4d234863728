"""The program under the real Pulumi engine, with providers of ours that keep an account."""
