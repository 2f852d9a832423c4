@ip mangle PREROUTING
-m rpfilter ; = ; rpfilter=1 -> yes, rpfilter=0 -> no
-m rpfilter --loose --validmark --accept-local --invert ; = ; rpfilter=1 -> no, rpfilter=0 -> unknown
-m rpfilter --invert ; = ; rpfilter=1 -> no, rpfilter=0 -> yes
@ip6 mangle PREROUTING
-m rpfilter ; =
