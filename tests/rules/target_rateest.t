@ip filter INPUT
-j RATEEST --rateest-name foo --rateest-interval 250ms --rateest-ewmalog 500ms ; =
