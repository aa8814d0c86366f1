package com.google.android.gms.location;

import android.location.Location;
import java.util.List;

public final class LocationResult {
    private final List<Location> locations;

    public LocationResult(List<Location> locations) {
        this.locations = locations;
    }

    public List<Location> getLocations() {
        return locations;
    }
}
