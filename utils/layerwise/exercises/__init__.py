"""The exercises of the labs, one generated module each: ``lab02_dense`` is exercise "02.dense".

``layerwise build`` writes the modules from ``labs/src``; `layerwise.check.engine.load` reads them.
"""
