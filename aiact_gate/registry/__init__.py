"""The model registry, read for sources. The only importer of mlflow, and late: `check` never comes here."""
