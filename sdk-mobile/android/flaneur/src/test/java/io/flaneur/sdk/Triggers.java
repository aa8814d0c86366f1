package io.flaneur.sdk;

import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.hardware.TriggerEventListener;
import java.util.HashMap;
import java.util.Map;
import org.robolectric.annotation.Implementation;
import org.robolectric.annotation.Implements;
import org.robolectric.shadows.ShadowSensorManager;

/** Robolectric's sensors, with those that trigger once. */
@Implements(SensorManager.class)
public class Triggers extends ShadowSensorManager {
    static final Map<Integer, TriggerEventListener> ARMED = new HashMap<>();

    @Implementation
    protected boolean requestTriggerSensor(TriggerEventListener listener, Sensor sensor) {
        ARMED.put(sensor.getType(), listener);
        return true;
    }

    @Implementation
    protected boolean cancelTriggerSensor(TriggerEventListener listener, Sensor sensor) {
        return ARMED.remove(sensor.getType(), listener);
    }

    static void trigger(int type) {
        ARMED.remove(type).onTrigger(null);
    }
}
