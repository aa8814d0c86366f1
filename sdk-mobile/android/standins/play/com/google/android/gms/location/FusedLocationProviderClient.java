package com.google.android.gms.location;

import android.os.Looper;

/** Just what optional/ calls; the real ones are Google's, not on Maven Central. */
public interface FusedLocationProviderClient {
    Object requestLocationUpdates(LocationRequest request, LocationCallback callback, Looper looper);

    Object removeLocationUpdates(LocationCallback callback);
}
