"""The expression language of policies: a typed subset of the Common Expression Language (CEL).

An expression is parsed (``parser``), checked against the facts it may speak of (``checker``), bounded
(``cost``), and then asked in three ways that never disagree: as generated Python where every rule is asked of
everything (``program``), step by step where a person asks why (``trace``), and as a condition of a query that
finds at least all that it holds for (``condition``). https://github.com/google/cel-spec
"""
