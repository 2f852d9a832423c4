@ip filter INPUT
-m dscp --dscp 0x2e ; =
-m dscp --dscp 10 ; -m dscp --dscp 0x0a
-m dscp --dscp-class EF ; -m dscp --dscp 0x2e ; tos=0xb8 -> yes, tos=0xbb -> yes, tos=0 -> no
-m dscp ! --dscp-class cs1 ; -m dscp ! --dscp 0x08 ; tos=0x20 -> no, tos=0 -> yes
-m dscp --dscp-class BE ; -m dscp --dscp 0x00
@ip6 filter INPUT
-m dscp --dscp 5 ; -m dscp --dscp 0x05
