package com.google.android.gms.location;

import android.content.Context;

public final class LocationServices {
    public static FusedLocationProviderClient client; // for tests

    private LocationServices() {}

    public static FusedLocationProviderClient getFusedLocationProviderClient(Context context) {
        return client;
    }
}
