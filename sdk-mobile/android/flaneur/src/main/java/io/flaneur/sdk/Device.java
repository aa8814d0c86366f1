package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.hardware.Sensor;
import android.hardware.SensorManager;
import android.hardware.TriggerEvent;
import android.hardware.TriggerEventListener;
import android.net.ConnectivityManager;
import android.net.Network;
import android.net.NetworkCapabilities;
import android.net.NetworkRequest;
import android.os.BatteryManager;
import android.os.Build;
import android.os.Handler;
import android.os.PowerManager;
import io.flaneur.offerkit.DeviceState;
import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Offerkit;

/**
 * Tells the core how the phone is: battery, power saving and doze, network, motion, whether the app may keep a socket.
 * On the worker's thread. It watches only while the kit runs.
 */
final class Device {
    // A significant motion says that a walk or ride began, not when it ends.
    private static final long MOTION_HOLDS_MILLIS = 180_000;

    private final Context context;
    private final Kit kit;
    private final Handler worker;
    private final SensorManager sensors;
    private final ConnectivityManager connectivity;
    private Boolean toldNetwork; // null: nothing
    private boolean blocked;
    private boolean watching;
    private boolean sensing;
    private boolean visible;
    private boolean service;
    private int percent = -1;
    private boolean charging;
    private int motion = Offerkit.MotionUnknown;
    private String told = "";

    private final BroadcastReceiver power = new BroadcastReceiver() {
        @Override
        public void onReceive(Context c, Intent intent) {
            if (Intent.ACTION_BATTERY_CHANGED.equals(intent.getAction())) {
                battery(intent);
            }
            tell();
        }
    };

    private final ConnectivityManager.NetworkCallback network = new ConnectivityManager.NetworkCallback() {
        @Override
        public void onCapabilitiesChanged(Network n, NetworkCapabilities can) { // often, for signal strength alone
            worker.post(() -> network(!blocked));
        }

        @Override
        public void onBlockedStatusChanged(Network n, boolean blocked) { // by doze, for one; since Android 10
            worker.post(() -> {
                Device.this.blocked = blocked;
                network(!blocked);
            });
        }

        @Override
        public void onLost(Network n) {
            // Below Android 7 this is about any network, not about the one in use.
            worker.post(() -> network(Build.VERSION.SDK_INT < 24 && connectivity.getActiveNetwork() != null));
        }
    };

    // Both sensors trigger once, in hardware, while the processor sleeps.
    private final TriggerEventListener moved = new TriggerEventListener() {
        @Override
        public void onTrigger(TriggerEvent event) {
            worker.post(() -> motion(Offerkit.MotionWalking));
        }
    };
    private final TriggerEventListener still = new TriggerEventListener() {
        @Override
        public void onTrigger(TriggerEvent event) {
            worker.post(() -> motion(Offerkit.MotionStationary));
        }
    };
    private final Runnable motionFades = () -> motion(Offerkit.MotionUnknown);

    Device(Context context, Kit kit, Handler worker) {
        this.context = context;
        this.kit = kit;
        this.worker = worker;
        connectivity = (ConnectivityManager) context.getSystemService(Context.CONNECTIVITY_SERVICE);
        sensors = (SensorManager) context.getSystemService(Context.SENSOR_SERVICE);
    }

    /** Watches the phone, or not; and whether somebody moves, which serves positions alone. */
    void watch(boolean wanted, boolean moves) {
        sense(wanted && moves);
        if (wanted == watching) {
            return;
        }
        watching = wanted;
        if (!wanted) {
            context.unregisterReceiver(power);
            connectivity.unregisterNetworkCallback(network);
            return;
        }
        IntentFilter filter = new IntentFilter(Intent.ACTION_BATTERY_CHANGED);
        filter.addAction(PowerManager.ACTION_POWER_SAVE_MODE_CHANGED);
        filter.addAction(PowerManager.ACTION_DEVICE_IDLE_MODE_CHANGED);
        Intent now = context.registerReceiver(power, filter, null, worker); // all of them from the system alone
        if (now != null) {
            battery(now);
        }
        toldNetwork = null;
        blocked = false;
        register();
        if (connectivity.getActiveNetwork() == null) { // of which no callback tells
            network(false);
        }
        told = "";
        tell();
    }

    private void sense(boolean wanted) {
        if (wanted == sensing) {
            return;
        }
        sensing = wanted;
        motion = Offerkit.MotionUnknown;
        if (wanted) {
            arm(Sensor.TYPE_SIGNIFICANT_MOTION, moved);
            arm(stationary(), still);
        } else {
            cancel(Sensor.TYPE_SIGNIFICANT_MOTION, moved);
            cancel(stationary(), still);
            worker.removeCallbacks(motionFades);
        }
        tell();
    }

    @TargetApi(24)
    private void register() {
        if (Build.VERSION.SDK_INT >= 24) {
            connectivity.registerDefaultNetworkCallback(network);
        } else {
            connectivity.registerNetworkCallback(
                    new NetworkRequest.Builder().addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET).build(), network);
        }
    }

    private void network(boolean available) {
        if (watching && !Boolean.valueOf(available).equals(toldNetwork)) {
            toldNetwork = available;
            kit.networkChanged(available);
        }
    }

    void visible(boolean visible) {
        this.visible = visible;
        tell();
    }

    void service(boolean up) {
        this.service = up;
        tell();
    }

    private void battery(Intent i) {
        int level = i.getIntExtra(BatteryManager.EXTRA_LEVEL, -1);
        int scale = i.getIntExtra(BatteryManager.EXTRA_SCALE, 100);
        percent = level < 0 || scale <= 0 ? -1 : level * 100 / scale;
        charging = i.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0;
    }

    private void motion(int is) {
        if (!sensing) {
            return;
        }
        motion = is;
        worker.removeCallbacks(motionFades);
        if (is == Offerkit.MotionWalking) {
            worker.postDelayed(motionFades, MOTION_HOLDS_MILLIS);
        }
        arm(Sensor.TYPE_SIGNIFICANT_MOTION, moved);
        if (is != Offerkit.MotionStationary) {
            arm(stationary(), still);
        }
        tell();
    }

    private static int stationary() {
        return Build.VERSION.SDK_INT >= 24 ? Sensor.TYPE_STATIONARY_DETECT : -2; // -2: no sensor is of this type
    }

    private void arm(int type, TriggerEventListener listener) {
        Sensor sensor = sensors == null ? null : sensors.getDefaultSensor(type);
        if (sensor != null) {
            sensors.requestTriggerSensor(listener, sensor);
        }
    }

    private void cancel(int type, TriggerEventListener listener) {
        Sensor sensor = sensors == null ? null : sensors.getDefaultSensor(type);
        if (sensor != null) {
            sensors.cancelTriggerSensor(listener, sensor);
        }
    }

    private void tell() {
        if (!watching) {
            return;
        }
        PowerManager manager = (PowerManager) context.getSystemService(Context.POWER_SERVICE);
        DeviceState state = new DeviceState();
        state.setBatteryPercent(percent);
        state.setCharging(charging);
        state.setPowerSave(manager.isPowerSaveMode() || manager.isDeviceIdleMode());
        state.setForeground(visible || service);
        state.setMotion(motion);
        String now = percent / 5 + "," + charging + "," + state.getPowerSave() + "," + state.getForeground() + "," + motion;
        if (!now.equals(told)) { // the battery speaks often, of what changes nothing
            told = now;
            kit.setDevice(state);
        }
    }
}
