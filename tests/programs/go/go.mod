module leakhop/tests/programs/go

go 1.18
