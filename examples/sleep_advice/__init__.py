"""Which piece of advice helps to sleep better: ten facts about a night and a day, five pieces of advice."""
