.PHONY: run test check bench evaluate

run:
	python3 run.py

test check bench evaluate:
	python3 run.py $@
