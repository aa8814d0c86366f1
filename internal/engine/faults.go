package engine

import "github.com/flaneur-io/flaneur/internal/fault"

// Refusals of single fixes; the field is completed to fixes[i].field.
var (
	errFixOrder      = fault.New(fault.Invalid, fault.CodeFixOrder, "A fix must be newer than the one before.").WithField("at")
	errFixFuture     = fault.New(fault.Invalid, fault.CodeFixFuture, "A fix may be at most a minute ahead of the server's clock.").WithField("at")
	errFixInaccurate = fault.New(fault.Invalid, fault.CodeFixInaccurate, "A fix must be accurate to 500 m.").WithField("acc")
	errFixTeleport   = fault.New(fault.Invalid, fault.CodeFixTeleport, "Nothing travels that far in that time.").WithField("lat")
	errFixMock       = fault.New(fault.Forbidden, fault.CodeFixMock, "Mocked fixes are taken with test keys only.").WithField("mock")
)

var (
	errNotFound = fault.New(fault.NotFound, fault.CodeNotFound, "There is no such record.")
	errMinor    = fault.New(fault.Forbidden, fault.CodeForbidden, "The mood of people under age is not taken.").WithField("mood")
	errErased   = fault.New(fault.Gone, fault.CodeErased, "This person was erased.")
	errNoFix    = fault.New(fault.Invalid, fault.CodeInvalidField, "must be set: no position of yours is known yet").WithField("lat")
)
