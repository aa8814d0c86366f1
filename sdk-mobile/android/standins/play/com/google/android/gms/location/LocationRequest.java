package com.google.android.gms.location;

public final class LocationRequest {
    public int priority;
    public long intervalMillis;
    public long minUpdateIntervalMillis;
    public float minUpdateDistanceMeters;

    public static final class Builder {
        private final LocationRequest request = new LocationRequest();

        public Builder(int priority, long intervalMillis) {
            request.priority = priority;
            request.intervalMillis = intervalMillis;
        }

        public Builder setMinUpdateIntervalMillis(long millis) {
            if (millis < 0) {
                throw new IllegalArgumentException("as the real one");
            }
            request.minUpdateIntervalMillis = millis;
            return this;
        }

        public Builder setMinUpdateDistanceMeters(float metres) {
            request.minUpdateDistanceMeters = metres;
            return this;
        }

        public LocationRequest build() {
            return request;
        }
    }
}
