module tophash/bench

go 1.23
