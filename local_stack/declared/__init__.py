"""The declared program: evaluated without Pulumi's engine and without AWS."""
