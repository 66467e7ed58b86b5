module leakhop/scripts/go-offsets

go 1.17
