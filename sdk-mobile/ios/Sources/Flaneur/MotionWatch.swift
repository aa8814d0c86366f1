import CoreMotion
import Foundation
import Offerkit

/// Tells the core whether the person is still, walks or rides: what lets satellites sleep, and be awake in time. Only if the
/// app's Info.plist has NSMotionUsageDescription; the system asks the person when it starts.
final class MotionWatch {
    private let manager = CMMotionActivityManager()
    private(set) var motion = FLOfferkitMotionUnknown
    private var running = false

    private var described: Bool { Bundle.main.object(forInfoDictionaryKey: "NSMotionUsageDescription") != nil }

    func start(changed: @escaping () -> Void) {
        guard described, !running, CMMotionActivityManager.isActivityAvailable() else { return }
        running = true
        manager.startActivityUpdates(to: .main) { [weak self] activity in
            guard let self, let activity, activity.confidence != .low else { return }
            let now = MotionWatch.kind(activity)
            if now != self.motion {
                self.motion = now
                changed()
            }
        }
    }

    func stop() {
        manager.stopActivityUpdates()
        running = false
        motion = FLOfferkitMotionUnknown
    }

    private static func kind(_ activity: CMMotionActivity) -> Int32 {
        if activity.automotive || activity.cycling { return FLOfferkitMotionVehicle }
        if activity.walking || activity.running { return FLOfferkitMotionWalking }
        return activity.stationary ? FLOfferkitMotionStationary : FLOfferkitMotionUnknown
    }
}
