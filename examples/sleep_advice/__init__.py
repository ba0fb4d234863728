"""Advice for better sleep: ten features of a night and a day, five classes of advice."""
