package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.content.Context;
import android.content.Intent;
import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.os.BatteryManager;
import android.os.Build;
import android.os.Handler;
import io.flaneur.offerkit.Offerkit;
import java.time.Duration;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowSensor;
import org.robolectric.util.ReflectionHelpers;

@RunWith(RobolectricTestRunner.class)
@Config(shadows = {Alerts.class, Triggers.class})
public class DeviceTest {
    private final Phone phone = new Phone();

    @Test
    public void batteryIsToldWhereItMatters() {
        phone.grantLocation().boot().show().optIn().runService();
        battery(50, 0);
        assertEquals(50, phone.kit.device().getBatteryPercent());
        int told = phone.kit.devices.size();
        battery(51, 0);
        assertEquals("a percent changes no plan", told, phone.kit.devices.size());
        battery(51, BatteryManager.BATTERY_PLUGGED_USB);
        assertTrue(phone.kit.device().getCharging());
    }

    private void battery(int percent, int plugged) {
        phone.app.sendBroadcast(new Intent(Intent.ACTION_BATTERY_CHANGED).putExtra(BatteryManager.EXTRA_LEVEL, percent)
                .putExtra(BatteryManager.EXTRA_SCALE, 100).putExtra(BatteryManager.EXTRA_PLUGGED, plugged));
        phone.settle();
    }

    @Test
    public void motionSensorsTriggerAgainAndAgain() {
        SensorManager sensors = (SensorManager) phone.app.getSystemService(Context.SENSOR_SERVICE);
        shadowOf(sensors).addSensor(ShadowSensor.newInstance(Sensor.TYPE_SIGNIFICANT_MOTION));
        shadowOf(sensors).addSensor(ShadowSensor.newInstance(29)); // TYPE_STATIONARY_DETECT
        phone.grantLocation().boot().show().optIn().runService();
        for (int i = 0; i < 2; i++) {
            Triggers.trigger(Sensor.TYPE_SIGNIFICANT_MOTION);
            phone.settle();
            assertEquals(Offerkit.MotionWalking, phone.kit.device().getMotion());
            Handler worker = ReflectionHelpers.getField(phone.flaneur, "worker");
            shadowOf(worker.getLooper()).idleFor(Duration.ofMinutes(4));
            assertEquals("it does not say when it ends", Offerkit.MotionUnknown, phone.kit.device().getMotion());
        }
        if (Build.VERSION.SDK_INT >= 24) {
            Triggers.trigger(29);
            phone.settle();
            assertEquals(Offerkit.MotionStationary, phone.kit.device().getMotion());
        }
        phone.flaneur.stop();
        phone.settle();
        assertEquals("nothing is watched any more", 0, Triggers.ARMED.size());
    }

    @Test
    public void motionEndsWithTheConsentToPlaces() {
        SensorManager sensors = (SensorManager) phone.app.getSystemService(Context.SENSOR_SERVICE);
        shadowOf(sensors).addSensor(ShadowSensor.newInstance(Sensor.TYPE_SIGNIFICANT_MOTION));
        phone.grantLocation().boot().show().optIn().runService();
        assertEquals(1, Triggers.ARMED.size());
        phone.flaneur.withdraw(Offerkit.PurposeLocation);
        phone.settle();
        assertTrue("pushes are still allowed", phone.kit.running());
        assertEquals(0, Triggers.ARMED.size());
    }
}
