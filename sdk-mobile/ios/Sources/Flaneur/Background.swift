import BackgroundTasks
import Foundation
import Network

/// A few seconds in the background, now and then, to send what waits. The identifier stands in the app's Info.plist under
/// BGTaskSchedulerPermittedIdentifiers; without it nothing is scheduled.
enum Background {
    static let identifier = "io.flaneur.flush"
    private static let pause: TimeInterval = 30 * 60

    private static var permitted: Bool {
        (Bundle.main.object(forInfoDictionaryKey: "BGTaskSchedulerPermittedIdentifiers") as? [String])?.contains(identifier) ?? false
    }

    static func register(_ flaneur: Flaneur) {
        guard permitted else { return }
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: nil) { [weak flaneur] task in
            guard let flaneur, flaneur.kit.running() else { return task.setTaskCompleted(success: true) } // nobody wants it any more
            schedule()
            var over = false // on the main queue
            let end = { (sent: Bool) in
                DispatchQueue.main.async {
                    if !over { task.setTaskCompleted(success: sent) }
                    over = true
                }
            }
            task.expirationHandler = { end(false) }
            Task { end((try? await flaneur.call { try $0.flush(20) }) != nil) }
        }
    }

    static func cancel() {
        BGTaskScheduler.shared.cancel(taskRequestWithIdentifier: identifier)
    }

    static func schedule() {
        guard permitted else { return }
        let request = BGAppRefreshTaskRequest(identifier: identifier)
        request.earliestBeginDate = Date(timeIntervalSinceNow: pause)
        try? BGTaskScheduler.shared.submit(request) // refused in the simulator and where the person turned it off
    }
}

/// Tells whether there is a network.
final class NetworkWatch {
    var changed: (Bool) -> Void = { _ in }
    private let monitor = NWPathMonitor()

    init() {
        monitor.pathUpdateHandler = { [weak self] path in self?.changed(path.status == .satisfied) }
        monitor.start(queue: DispatchQueue(label: "flaneur.network"))
    }

    deinit { monitor.cancel() }
}
