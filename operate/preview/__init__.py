"""The command behind ``make preview``: Pulumi's preview, and a summary of it for reviewers."""
