"""What the elements of Epikrise 1.1 and 1.2 may hold, in the notation of test_content_models.py.

d: stands for the version's own namespace.
"""

COMMON: dict[str, list[str]] = {
    "ServRprt": [
        "ServType=CS IssueDate=TS ApprDate=TS? Status=CS Priority=CS? Ack=CS? MsgDescr=string ServProvId=string? "
        "ServReq=d:ServReq* Event=d:Event* Patient=d:Patient ServProvider=d:ServProvider CopyDest=d:CopyDest* "
        "Requester=d:Requester RelServProvider=d:RelServProvider* RefDoc=d:RefDoc*",
    ],
    "ServProvider": [
        "Role=CS? ComMethod=CS? HCP=d:HCP",
    ],
    "RefDoc": [
        "IssueDate=TS? MsgType=CS Id=string? MimeType=string? Description=string? Compression=CS? FileReference=uri?",
        "IssueDate=TS? MsgType=CS Id=string? MimeType=string? Description=string? Compression=CS? Content=content?",
    ],
    "Patient": [
        "Sex=CS? DateOfBirth=TS? DateOfDeath=TS? Name=string? IdByServProvider=string? IdByRequester=string? "
        "OffId=string? TypeOffId=CS? PatientPrecaution=d:PatientPrecaution* PatientRelParty=d:PatientRelParty* "
        "PatRelHCP=d:PatRelHCP* AdditionalId=d:AdditionalId* Address=d:Address?",
    ],
    "CopyDest": [
        "Role=CS? CopyDestRole=d:CopyDestRole* HCP=d:HCP",
    ],
    "Requester": [
        "Role=CS? ComMethod=CS? HCP=d:HCP",
    ],
    "ReasonAsText": [
        "Heading=CS? TextResultValue=anyType? TextCode=CV*",
    ],
    "AdditionalId": [
        "Id=string Type=CS",
    ],
    "CopyDestRole": [
        "MsgType=CS ReqComMethod=CS? ActComMethod=CS?",
    ],
    "Comment": [
        "Heading=CS? TextResultValue=anyType? TextCode=CV*",
    ],
    "AssRequest": [
        "IssueDate=TS? MsgType=CS Id=string?",
    ],
    "PatientRelParty": [
        "Relation=CS Name=string? RelPartyOffId=string? Address=d:Address?",
    ],
    "PatientPrecaution": [
        "Precaution=string StartDateTime=TS? EndDateTime=TS?",
    ],
    "PlannedEvent": [
        "PlanningStage=CS? StatusOfPlan=CS? PlanComment=string? PlanningDate=TS? ScheduledDate=TS? "
        "AdviceSentTo=CS? ExpectedDelay=PQ? CommentExpDuration=string? Preparation=string? Advice=string? "
        "TransportArr=d:TransportArr?",
    ],
    "CodedComment": [
        "Concept=CV Modifier=d:Modifier*",
    ],
    "Diagnosis": [
        "Concept=CV Modifier=d:Modifier*",
    ],
    "Service": [
        "ServId=CV? MedSpecialty=CV? AdmCat=CS?",
    ],
    "ReportedEvent": [
        "StartDateTime=TS EndDateTime=TS?",
    ],
    "EventLocation": [
        "Role=CS? StartDateTime=TS? EndDateTime=TS? Location=d:Location",
    ],
    "RelServProvider": [
        "Relation=CS Role=CS? HCP=d:HCP",
    ],
    "InfItem": [
        "ResultItem=d:ResultItem Type=CS StartDateTime=TS? EndDateTime=TS? OrgDate=TS? Origin=d:Origin? "
        "RelHCProvider=d:RelHCProvider*",
        "Medication=d:Medication Type=CS StartDateTime=TS? EndDateTime=TS? OrgDate=TS? Origin=d:Origin? "
        "RelHCProvider=d:RelHCProvider*",
        "Observation=d:Observation Type=CS StartDateTime=TS? EndDateTime=TS? OrgDate=TS? Origin=d:Origin? "
        "RelHCProvider=d:RelHCProvider*",
    ],
    "ResultItem": [
        "TextResult=d:TextResult ServType=CS? InvDate=TS? Comment=string? DevResultInd=CS? ClinInv=d:ClinInv "
        "DiagComment=d:DiagComment?",
        "Interval=d:Interval ServType=CS? InvDate=TS? Comment=string? DevResultInd=CS? ClinInv=d:ClinInv "
        "DiagComment=d:DiagComment?",
        "NumResult=d:NumResult ServType=CS? InvDate=TS? Comment=string? DevResultInd=CS? ClinInv=d:ClinInv "
        "DiagComment=d:DiagComment?",
        "DateResult=d:DateResult ServType=CS? InvDate=TS? Comment=string? DevResultInd=CS? ClinInv=d:ClinInv "
        "DiagComment=d:DiagComment?",
    ],
    "TransportArr": [
        "Responsibility=CS? Status=CS? TransportRequirement=CV? EscortRequired=CS? Comment=string?",
    ],
    "Origin": [
        "Role=CS? HCP=d:HCP",
    ],
    "Medication": [
        "DrugId=CV DosageCoded=CV? Comment=string? Status=CS Form=CV? RouteOfAdm=CV? IntendedDuration=PQ? "
        "QuantitySupplied=PQ? UnitDose=PQ? DosageText=string?",
    ],
    "Observation": [
        "Description=anyType? Comment=string? CodedDescr=d:CodedDescr?",
    ],
    "Location": [
        "Type=CS? Description=string? Inst=d:Inst? Address=d:Address? SubLocation=d:SubLocation*",
    ],
    "RelHCProvider": [
        "Relation=CS Role=CS? HCP=d:HCP",
    ],
    "DiagComment": [
        "Concept=CV Modifier=d:Modifier*",
    ],
    "CodedDescr": [
        "Concept=CV Modifier=d:Modifier*",
    ],
    "TextResult": [
        "Result=d:Result?",
    ],
    "Address": [
        "Type=CS StreetAdr=string? PostalCode=string? City=string? County=CS? Country=CS? CityDistr=CS? "
        "TeleAddress=URL*",
    ],
    "SubLocation": [
        "Type=CS Place=string",
    ],
    "ClinInv": [
        "Id=CV Spec=CV*",
    ],
    "Interval": [
        "Low=PQ? High=PQ?",
    ],
    "NumResult": [
        "ArithmeticComp=CS? NumResultValue=PQ",
    ],
    "DateResult": [
        "DateResultValue=TS",
    ],
    "HCProf": [
        "Type=CS? Position=CV? Name=string? Qual=CV* Id=string? TypeId=CS? AdditionalId=d:AdditionalId*",
    ],
    "Result": [
        "Heading=CS? TextResultValue=anyType? TextCode=CV*",
    ],
    "Modifier": [
        "Name=CS Value=CV+",
    ],
    "Dept": [
        "Type=CS? Name=string? Id=string? TypeId=CS? AdditionalId=d:AdditionalId*",
    ],
    "HCPerson": [
        "Name=string? Id=string? TypeId=CS? AdditionalId=d:AdditionalId*",
    ],
}
ONLY_11: dict[str, list[str]] = {
    "Message": [
        "Type=CS? MsgVersion=string? MIGversion=string GenDate=TS MsgId=string ServRprt=d:ServRprt",
    ],
    "ServReq": [
        "ServType=CS IssueDate=TS ReceiptDate=TS? ReqComment=string? MsgDescr=string Id=string "
        "ReasonAsText=d:ReasonAsText* Diagnosis=d:Diagnosis+",
    ],
    "PatRelHCP": [
        "Relation=CS StartDateTime=TS? EndDateTime=TS? Role=CS? HCP=d:HCP",
    ],
    "Event": [
        "PlannedEvent=d:PlannedEvent ServType=CS Recipient=CS? Priority=CS? AdmOutcome=CS? ExpDuration=PQ? "
        "Id=integer Event=d:Event* Service=d:Service RelServProvider=d:RelServProvider* AssRequest=d:AssRequest* "
        "EventLocation=d:EventLocation* InfItem=d:InfItem* Comment=d:Comment* CodedComment=d:CodedComment* #none",
        "ReportedEvent=d:ReportedEvent ServType=CS Recipient=CS? Priority=CS? AdmOutcome=CS? ExpDuration=PQ? "
        "Id=integer Event=d:Event* Service=d:Service RelServProvider=d:RelServProvider* AssRequest=d:AssRequest* "
        "EventLocation=d:EventLocation* InfItem=d:InfItem* Comment=d:Comment* CodedComment=d:CodedComment* #none",
    ],
    "HCP": [
        "Inst=d:Inst MedSpecialty=CV? PartyIdByRequester=string? PartyIdByServProv=string? Address=d:Address?",
        "HCProf=d:HCProf MedSpecialty=CV? PartyIdByRequester=string? PartyIdByServProv=string? Address=d:Address?",
    ],
    "Inst": [
        "Name=string? Type=CS? Id=string? TypeId=CS? Dept=d:Dept* HCPerson=d:HCPerson* AdditionalId=d:AdditionalId*",
    ],
}
ONLY_12: dict[str, list[str]] = {
    "Message": [
        "Type=CS? MsgVersion=string? MIGversion=string GenDate=TS MsgId=string Status=CS? ServRprt=d:ServRprt",
    ],
    "ServReq": [
        "ServType=CS IssueDate=TS ReceiptDate=TS? ReqComment=string? MsgDescr=CS Id=string "
        "ReasonAsText=d:ReasonAsText* Diagnosis=d:Diagnosis+",
    ],
    "PatRelHCP": [
        "Relation=CS StartDateTime=TS? EndDateTime=TS? HCP=d:HCP",
    ],
    "Event": [
        "PlannedEvent=d:PlannedEvent ServType=CS Recipient=CS? Priority=CS? AdmOutcome=CS? ExpDuration=PQ? "
        "Event=d:Event* Service=d:Service RelServProvider=d:RelServProvider* AssRequest=d:AssRequest* "
        "EventLocation=d:EventLocation* InfItem=d:InfItem* Comment=d:Comment* CodedComment=d:CodedComment* #none",
        "ReportedEvent=d:ReportedEvent ServType=CS Recipient=CS? Priority=CS? AdmOutcome=CS? ExpDuration=PQ? "
        "Event=d:Event* Service=d:Service RelServProvider=d:RelServProvider* AssRequest=d:AssRequest* "
        "EventLocation=d:EventLocation* InfItem=d:InfItem* Comment=d:Comment* CodedComment=d:CodedComment* #none",
    ],
    "HCP": [
        "Inst=d:Inst MedSpecialty=CV? Address=d:Address?",
        "HCProf=d:HCProf MedSpecialty=CV? Address=d:Address?",
    ],
    "Inst": [
        "Name=string? Id=string? TypeId=CS? Dept=d:Dept* HCPerson=d:HCPerson* AdditionalId=d:AdditionalId*",
    ],
}
MODELS = {
    f"{prefix}:{name}": [line.replace("=d:", f"={prefix}:") for line in lines]
    for prefix, only in {"e11": ONLY_11, "e12": ONLY_12}.items()
    for name, lines in (COMMON | only).items()
}
