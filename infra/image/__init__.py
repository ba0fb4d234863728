"""The container image: repository, build, context digest, bill of materials and contents."""
