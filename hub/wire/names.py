"""The names that the standards give: namespaces, versions and the stem of all national code systems."""

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
DIALOG_1_0 = "http://www.kith.no/xmlstds/dialog/2006-10-11"
DIALOG_1_1 = "http://www.kith.no/xmlstds/dialog/2013-01-23"
EPIKRISE_1_1 = "http://www.kith.no/xmlstds/epikrise/2006-09-23"
EPIKRISE_1_2 = "http://www.kith.no/xmlstds/epikrise/2012-02-15"
APPREC_1_0 = "http://www.kith.no/xmlstds/apprec/2004-11-21"
APPREC_1_1 = "http://www.kith.no/xmlstds/apprec/2012-02-15"
FELLES = "http://www.kith.no/xmlstds/felleskomponent1"
BASE64 = "http://www.kith.no/xmlstds/base64container"
# A municipal message's namespace is this stem, its name and the date of its version.
PLO = "http://www.kith.no/xmlstds/po/"
PLO_1_5 = "2009-06-30"
PLO_1_6 = "2012-04-01"
HELSEPERSONELL_2014 = "http://www.kith.no/xmlstds/helsepersonell/2014-03-28"
HELSEPERSONELL_2015 = "http://www.kith.no/xmlstds/helsepersonell/2015-05-04"
PASIENTRELASJON = "http://www.kith.no/xmlstds/pasientrelasjon/2014-03-28"
PERSONER = "http://www.kith.no/xmlstds/person/2014-03-28"

MIG_MSGHEAD = "v1.2 2006-05-24"
MIG_APPREC_1_0 = "1.0 2004-11-21"
MIG_APPREC_1_1 = "v1.1 2012-02-15"

# A code system's OID is this stem and its number.
CODE_SYSTEMS = "2.16.578.1.12.4.1.1."
