"""Fails unless every word given is one of an enumeration of the v2 model. Usage: enumeration.py SHAPE WORD..."""
import sys
import botocore.loaders

shape = botocore.loaders.Loader().load_service_model("pinpoint-sms-voice-v2", "service-2")["shapes"][sys.argv[1]]
strange = sorted(set(sys.argv[2:]) - set(shape["enum"]))
sys.exit(f"{sys.argv[1]} has no {strange}" if strange else 0)
