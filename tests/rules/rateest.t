@ip filter INPUT
-m rateest --rateest foo --rateest-lt --rateest-bps 8 ; =
