"""The matching engine: arrays in, arrays out.

It knows what fits whom and nothing else: no database, no task queue, no settings, only numpy, scipy and scikit-learn.
`model` holds the constants and the tables that go in and come out, `conditions` says who may be matched at all, `topk`
finds the best pairs in both directions, `explain` takes one pair apart, and `reference` is the slow, plain definition
that all of them are tested against.
"""
