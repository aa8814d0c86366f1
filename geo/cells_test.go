package geo_test

import (
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/internal/fault"
)

func TestCellsThatAreRefused(t *testing.T) {
	many := `["` + strings.Repeat(`891f1d4886bffff","`, geo.MaxCells) + `891f1d4886bffff"]`
	for _, c := range []struct{ text, field, code string }{
		{`{"type":"Cells"}`, "cells", fault.CodeInvalidField},
		{`{"type":"Cells","cells":[]}`, "cells", fault.CodeInvalidField},
		{`{"type":"Cells","cells":"891f1d4886bffff"}`, "cells", fault.CodeInvalidField},
		{`{"type":"Cells","cells":["891f1d4886bffff",7]}`, "cells[1]", fault.CodeInvalidField},
		{`{"type":"Cells","cells":["891f1d4886bffff","Berlin"]}`, "cells[1]", fault.CodeInvalidField},
		{`{"type":"Cells","cells":["891f1d4886bfffe"]}`, "cells[0]", fault.CodeInvalidField},                   // a digit below its resolution
		{`{"type":"Cells","cells":["831f1dfffffffff"]}`, "cells[0]", fault.CodeInvalidField},                   // resolution 3
		{`{"type":"Cells","cells":["891f1d4886bffff","891f1d4886bffff"]}`, "cells[1]", fault.CodeInvalidField}, // twice
		{`{"type":"Cells","cells":` + many + `}`, "cells", fault.CodeTooLarge},
		{`{"type":"Cells","cells":["891f1d4886bffff"],"radius":5}`, "radius", fault.CodeInvalidField},
		{`{"type":"Point","cells":["891f1d4886bffff"],"coordinates":[1,2],"radius":5}`, "cells", fault.CodeInvalidField},
		{`{"type":"Cells","cells":["891f1d4886bffff"],"coordinates":[[[[0,0],[1,0],[1,1],[0,1]]]]}`, "coordinates[0][0][3]", fault.CodeInvalidField},
	} {
		var r geo.Region
		err := r.UnmarshalJSON([]byte(c.text))
		if f := fault.From(err); err == nil || f.Field != c.field || f.Code != c.code {
			t.Errorf("%.80s: %v (field %q)", c.text, err, f.Field)
		}
	}
}

func TestCellsWithoutAnOutlineHoldNothing(t *testing.T) {
	var r geo.Region
	if err := r.UnmarshalJSON([]byte(`{"type":"Cells","cells":["891f1d4886bffff"]}`)); err != nil {
		t.Fatal(err)
	}
	at := geo.Point{Lat: 52.5, Lon: 13.4}
	if r.Kind() != geo.Cells || len(r.Cells()) != 1 || r.Contains(at) || r.Relate(at, 1e6) != geo.Apart || len(r.Parts(nil)) != 0 || r.Geometry() != nil {
		t.Errorf("%v %v", r.Kind(), r.Cells())
	}
}
